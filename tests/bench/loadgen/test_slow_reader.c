// slow: one client that reads far slower than the mock sends. A gateway without backpressure
// collects the difference in its memory.
#define _GNU_SOURCE
#include <sys/socket.h>
#include <unistd.h>

#include "../clock.h"
#include "loadgen.h"

#define LONGEST_NAP_US 50000
#define LONGEST_CANCEL_US 3000000

// Pauses so that `received` bytes stay at the wanted rate; `idle` when there was nothing to read.
static void keep_pace(uint64_t received, uint64_t since, int idle) {
  double ahead_s =
      received / (options.kilobytes_per_second * 1024.0) - (now_us() - since) / 1e6;
  if (ahead_s > 0) sleep_us(ahead_s * 1e6 > LONGEST_NAP_US ? LONGEST_NAP_US : ahead_s * 1e6);
  else if (idle) sleep_us(2000);
}

static double milliseconds_to_cancel(uint64_t dropped_at, uint64_t cancelled_before) {
  while (now_us() < dropped_at + LONGEST_CANCEL_US) {
    if (mock_counter("cancelled") > cancelled_before) {
      return ((double)mock_counter("last_cancel_us") - dropped_at) / 1000;
    }
    sleep_us(500);
  }
  return -1;
}

// Reads at the wanted pace until the time is over or the stream ends; returns the bytes received
// and keeps the largest memory seen in `peak_mb`.
static uint64_t read_slowly(int fd, double *peak_mb) {
  char buffer[8192];
  uint64_t received = 0, start = now_us(), end = start + (uint64_t)(options.seconds * 1e6);
  while (now_us() < end) {
    ssize_t got = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got == 0) break;
    if (got > 0) received += got;
    keep_pace(received, start, got < 0);
    double rss_mb = gateway_rss_mb();
    if (rss_mb > *peak_mb) *peak_mb = rss_mb;
  }
  return received;
}

void test_slow_reader(void) {
  double before_mb = gateway_rss_mb(), peak_mb = before_mb;
  int small_buffer = 64 * 1024, fd = connect_to(options.port, 0);
  // Otherwise the kernel's own buffer swallows megabytes before the gateway feels the reader.
  setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small_buffer, sizeof small_buffer);
  uint64_t received = 0;
  if (fd >= 0 && send(fd, request_bytes, request_length, MSG_NOSIGNAL) == (ssize_t)request_length) {
    received = read_slowly(fd, &peak_mb);
  }
  uint64_t cancelled = mock_counter("cancelled"), dropped_at = now_us();
  close(fd);
  put_number("got_mb", received / 1e6, 2);
  put_integer("err", received == 0);
  put_number("cancel_ms", milliseconds_to_cancel(dropped_at, cancelled), 2);
  if (!measures_processes()) return;
  put_number("rss_peak_mb", peak_mb, 1);
  put_number("growth_mb", peak_mb - before_mb, 1);
}
