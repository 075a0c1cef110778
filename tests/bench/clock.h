// The one clock of the harness. CLOCK_MONOTONIC is shared by all processes of a machine, so a stamp
// that the mock puts into a token can be subtracted from the time at which loadgen reads it.
#ifndef BENCH_CLOCK_H
#define BENCH_CLOCK_H

#include <stdint.h>
#include <time.h>

static inline uint64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

#endif
