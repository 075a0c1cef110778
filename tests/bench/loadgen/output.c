// The report: one JSON object on stdout.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "loadgen.h"

static int fields;

static void put_key(const char *key) {
  printf("%s\"%s\":", fields++ ? "," : "", key);
}

void begin_report(void) {
  printf("{");
}

void end_report(void) {
  printf("}\n");
}

void put_text(const char *key, const char *value) {
  put_key(key);
  printf("\"%s\"", value);
}

void put_integer(const char *key, uint64_t value) {
  put_key(key);
  printf("%" PRIu64, value);
}

void put_number(const char *key, double value, int decimals) {
  if (!isfinite(value)) return;
  put_key(key);
  printf("%.*f", decimals, value);
}

void put_cost(const char *key, double cpu_s, uint64_t count) {
  if (count) put_number(key, cpu_s * 1e6 / count, 3);
}

void add_sample(Samples *samples, double value) {
  if (samples->count == samples->capacity) {
    samples->capacity = samples->capacity ? samples->capacity * 2 : 4096;
    samples->values = realloc(samples->values, samples->capacity * sizeof(double));
  }
  samples->values[samples->count++] = value;
}

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static double percentile(const Samples *sorted, double part) {
  return sorted->values[(size_t)(part * (sorted->count - 1) + 0.5)];
}

void put_percentiles(const char *key, Samples *samples) {
  if (!samples->count) return;
  qsort(samples->values, samples->count, sizeof(double), compare);
  double sum = 0;
  for (size_t i = 0; i < samples->count; i++) sum += samples->values[i];
  put_key(key);
  printf("{\"n\":%zu,\"mean\":%.1f,\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,\"p999\":%.1f,"
         "\"max\":%.1f}",
         samples->count, sum / samples->count, percentile(samples, 0.5),
         percentile(samples, 0.9), percentile(samples, 0.99), percentile(samples, 0.999),
         samples->values[samples->count - 1]);
}
