// fire: streams as fast as they go, one after another on every connection.
#include "../clock.h"
#include "loadgen.h"

#define WARM_UP_US 600000
#define MOST_FAILURES 50

static int active;

static void on_end(Client *c, enum Outcome outcome) {
  if (outcome == FAILED) count_failure(c);
  else count_response(c);
  tally(c);
  if (totals.failed > MOST_FAILURES) {
    active--;
  } else if (begin_request(c) < 0) {
    count_failure(c);
    active--;
  }
}

static void tally_all(void) {
  for (int i = 0; i < options.connections; i++) tally(&clients[i]);
}

static void run_until(uint64_t end) {
  while (active > 0 && now_us() < end) handle_events(200, on_end);
}

void test_fire(void) {
  for (int i = 0; i < options.connections; i++) {
    if (begin_request(&clients[i]) == 0) active++;
    else count_failure(&clients[i]);
  }
  run_until(now_us() + WARM_UP_US);
  tally_all();
  totals = (Totals){.failed = totals.failed};
  CpuTime before = gateway_cpu();
  double own_before = own_cpu_s();
  uint64_t start = now_us();
  run_until(start + (uint64_t)(options.seconds * 1e6));
  tally_all();
  double elapsed = (now_us() - start) / 1e6, own_s = own_cpu_s() - own_before;
  CpuTime after = gateway_cpu();
  put_number("secs", elapsed, 2);
  put_integer("events", totals.events);
  put_integer("deltas", totals.deltas);
  put_integer("done", totals.done);
  put_integer("err", totals.failed);
  put_integer("noterm", totals.unfinished);
  put_number("ev_per_s", totals.events / elapsed, 0);
  put_number("delta_per_s", totals.deltas / elapsed, 0);
  put_number("mb_per_s", totals.bytes / 1e6 / elapsed, 1);
  put_cost("client_cpu_us_per_delta", own_s, totals.deltas);
  if (!measures_processes()) return;
  double cpu_s = after.total_s - before.total_s;
  put_cost("cpu_us_per_delta", cpu_s, totals.deltas);
  put_number("sys_share", cpu_s > 0 ? (after.system_s - before.system_s) / cpu_s : 0, 2);
  put_number("rss_mb", gateway_rss_mb(), 1);
  put_number("hwm_mb", gateway_peak_rss_mb(), 1);
}
