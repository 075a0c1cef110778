// hold: paced streams side by side. How late tokens arrive, what they cost, and whether the streams
// end upstream when all clients hang up at once.
#include "../clock.h"
#include "loadgen.h"

#define SETTLE_US 1000000
#define SHORTEST_RAMP_US 200000
#define RAMP_PER_STREAM_US 2000
#define LONGEST_DROP_US 3000000

static int active, started, peak;
static uint64_t end_at;

static void start_one(Client *c) {
  if (begin_request(c) == 0) active++;
  else count_failure(c);
}

static void on_end(Client *c, enum Outcome outcome) {
  int over = now_us() >= end_at;
  active--;
  if (outcome == RESPONDED) count_response(c);
  else if (!over) count_failure(c);
  tally(c);
  if (outcome == RESPONDED && !over) start_one(c);
}

// Streams start spread over the ramp: a thousand at once would measure connection setup.
static void run(uint64_t until, uint64_t ramp_start, uint64_t ramp_us) {
  int count = options.connections;
  while (now_us() < until) {
    while (started < count && now_us() >= ramp_start + ramp_us * started / count) {
      start_one(&clients[started++]);
    }
    handle_events(started < count ? 1 : 50, on_end);
    if (active > peak) peak = active;
  }
}

static void tally_all(void) {
  for (int i = 0; i < options.connections; i++) tally(&clients[i]);
}

static void drop_all(void) {
  uint64_t dropped_at = now_us(), left;
  for (int i = 0; i < options.connections; i++) hang_up(&clients[i]);
  while ((left = mock_counter("active")) && now_us() < dropped_at + LONGEST_DROP_US) sleep_us(2000);
  put_integer("left_after_drop", left);
  put_number("drop_all_ms", (now_us() - dropped_at) / 1e3, 1);
}

static void put_streams(double elapsed) {
  put_number("secs", elapsed, 2);
  put_integer("peak", peak);
  put_integer("held_upstream", mock_counter("active"));
  put_integer("events", totals.events);
  put_integer("deltas", totals.deltas);
  put_integer("done", totals.done);
  put_integer("err", totals.failed);
  put_integer("noterm", totals.unfinished);
  put_number("ev_per_s", totals.events / elapsed, 0);
  put_number("delta_per_s", totals.deltas / elapsed, 0);
  put_percentiles("delay_us", &token_delays);
}

static void put_processes(CpuTime before, CpuTime after, double elapsed) {
  double cpu_s = after.total_s - before.total_s;
  put_number("cpu_pct", cpu_s / elapsed * 100, 1);
  put_cost("cpu_us_per_delta", cpu_s, totals.deltas);
  put_number("sys_share", cpu_s > 0 ? (after.system_s - before.system_s) / cpu_s : 0, 2);
  put_number("rss_mb", gateway_rss_mb(), 1);
  put_number("hwm_mb", gateway_peak_rss_mb(), 1);
}

void test_hold(void) {
  uint64_t ramp_us = (uint64_t)options.connections * RAMP_PER_STREAM_US;
  if (ramp_us < SHORTEST_RAMP_US) ramp_us = SHORTEST_RAMP_US;
  uint64_t ramp_start = now_us(), settled = ramp_start + ramp_us + SETTLE_US;
  end_at = settled + (uint64_t)(options.seconds * 1e6);
  run(settled, ramp_start, ramp_us);
  tally_all();
  totals.events = totals.deltas = totals.bytes = 0;
  collect_delays = 1;
  CpuTime before = gateway_cpu();
  double own_before = own_cpu_s();
  uint64_t start = now_us();
  run(end_at, ramp_start, ramp_us);
  CpuTime after = gateway_cpu();
  double elapsed = (now_us() - start) / 1e6, own_s = own_cpu_s() - own_before;
  tally_all();
  if (measures_processes()) put_processes(before, after, elapsed);
  put_streams(elapsed);
  put_cost("client_cpu_us_per_delta", own_s, totals.deltas);
  drop_all();
}
