// CPU time and memory of the gateway's process tree, read from /proc.
#define _GNU_SOURCE
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "loadgen.h"

#define MOST_PROCESSES 64

static int pids[MOST_PROCESSES];
static int pid_count;

void add_process(int pid) {
  if (pid_count < MOST_PROCESSES) pids[pid_count++] = pid;
}

int measures_processes(void) {
  return pid_count > 0;
}

// The fields of /proc/PID/stat from the state on: the name before it may hold spaces and brackets.
static const char *stat_fields(int pid, char *buffer, size_t capacity) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/stat", pid);
  FILE *file = fopen(path, "r");
  if (!file) return NULL;
  size_t length = fread(buffer, 1, capacity - 1, file);
  fclose(file);
  buffer[length] = 0;
  const char *name_end = strrchr(buffer, ')');
  return name_end ? name_end + 2 : NULL;
}

static int is_known(int pid) {
  for (int i = 0; i < pid_count; i++) {
    if (pids[i] == pid) return 1;
  }
  return 0;
}

static int add_children(void) {
  int before = pid_count;
  DIR *processes = opendir("/proc");
  struct dirent *entry;
  while ((entry = readdir(processes))) {
    int pid = atoi(entry->d_name), parent;
    char buffer[512];
    if (pid <= 0 || is_known(pid)) continue;
    const char *fields = stat_fields(pid, buffer, sizeof buffer);
    if (fields && sscanf(fields, "%*c %d", &parent) == 1 && is_known(parent)) add_process(pid);
  }
  closedir(processes);
  return pid_count > before;
}

void find_descendants(void) {
  while (measures_processes() && add_children()) continue;
}

CpuTime gateway_cpu(void) {
  double ticks_per_s = sysconf(_SC_CLK_TCK), user = 0, system = 0;
  for (int i = 0; i < pid_count; i++) {
    char buffer[512];
    unsigned long user_ticks, system_ticks;
    const char *fields = stat_fields(pids[i], buffer, sizeof buffer);
    if (fields && sscanf(fields, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                         &user_ticks, &system_ticks) == 2) {
      user += user_ticks;
      system += system_ticks;
    }
  }
  return (CpuTime){.total_s = (user + system) / ticks_per_s, .system_s = system / ticks_per_s};
}

static double sum_status_mb(const char *format) {
  double total = 0;
  for (int i = 0; i < pid_count; i++) {
    char path[64], line[256];
    long kilobytes;
    snprintf(path, sizeof path, "/proc/%d/status", pids[i]);
    FILE *file = fopen(path, "r");
    if (!file) continue;
    while (fgets(line, sizeof line, file)) {
      if (sscanf(line, format, &kilobytes) == 1) total += kilobytes / 1024.0;
    }
    fclose(file);
  }
  return total;
}

double gateway_rss_mb(void) {
  return sum_status_mb("VmRSS: %ld");
}

double gateway_peak_rss_mb(void) {
  return sum_status_mb("VmHWM: %ld");
}

double own_cpu_s(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + usage.ru_stime.tv_sec +
         (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}
