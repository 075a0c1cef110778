// Talks to the mock beside the gateway: sets how it answers and reads its counters.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../clock.h"
#include "loadgen.h"

static int mock_fd = -1;

static void give_up(void) {
  fprintf(stderr, "Cannot reach the mock on port %d\n", options.mock_port);
  exit(2);
}

// Where the body ends in what was received so far, or 0 while that is not known.
static size_t response_end(const char *response) {
  const char *head_end = strstr(response, "\r\n\r\n");
  const char *length = strcasestr(response, "content-length:");
  if (!head_end || !length) return 0;
  return head_end + 4 - response + atoi(length + 15);
}

static void get_from_mock(const char *path, char *response, size_t capacity) {
  char request[1024];
  if (mock_fd < 0) mock_fd = connect_to(options.mock_port, 0);
  int length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: mock\r\n\r\n", path);
  if (mock_fd < 0 || write(mock_fd, request, length) != length) give_up();
  size_t received = 0, end = 0;
  while (!end || received < end) {
    ssize_t got = read(mock_fd, response + received, capacity - 1 - received);
    if (got <= 0) give_up();
    received += got;
    response[received] = 0;
    end = response_end(response);
  }
}

uint64_t mock_counter(const char *name) {
  char response[2048], key[64];
  get_from_mock("/stats", response, sizeof response);
  int length = snprintf(key, sizeof key, "\"%s\":", name);
  const char *found = strstr(response, key);
  return found ? strtoull(found + length, NULL, 10) : 0;
}

// Waits for streams of an earlier test to end: their cancellation may still be on its way, and one
// that is never cancelled would spend CPU inside this measurement.
static void wait_until_quiet(void) {
  uint64_t limit = now_us() + 3000000;
  while (mock_counter("active") && now_us() < limit) sleep_us(2000);
}

void set_up_mock(const char *settings) {
  char path[512], response[1024];
  wait_until_quiet();
  snprintf(path, sizeof path, "/control?%s", settings);
  get_from_mock(path, response, sizeof response);
}
