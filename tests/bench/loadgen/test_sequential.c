// seq, body, verify: requests one after another on one connection.
#include <stdio.h>
#include <string.h>

#include "../clock.h"
#include "loadgen.h"

#define LONGEST_RESPONSE_US 30000000ull
#define MOST_FAILURES 3

static int ended;
static Samples latencies, first_tokens, head_times, request_legs, response_legs;

static void on_end(Client *c, enum Outcome outcome) {
  (void)c;
  ended = outcome;
}

// Sends one request and waits for its response; 0 when it failed.
static int exchange(Client *c) {
  ended = 0;
  if (begin_request(c) < 0) return 0;
  uint64_t limit = now_us() + LONGEST_RESPONSE_US;
  while (!ended && now_us() < limit) handle_events(1000, on_end);
  return ended == RESPONDED;
}

static void take_times(Client *c, uint64_t now) {
  add_sample(&latencies, now - c->sent_at);
  add_sample(&head_times, c->head_at - c->sent_at);
  if (c->delta_at) add_sample(&first_tokens, c->delta_at - c->sent_at);
  if (!c->stamped_at || !c->delta_at) return;
  add_sample(&request_legs, (double)c->stamped_at - c->sent_at);
  add_sample(&response_legs, (double)c->delta_at - c->stamped_at);
}

static void put_process_figures(double cpu_s) {
  double megabytes = options.prompt_bytes / 1048576.0;
  put_number("rss_mb", gateway_rss_mb(), 1);
  put_number("hwm_mb", gateway_peak_rss_mb(), 1);
  if (!totals.done) return;
  put_number("cpu_us_per_req", cpu_s * 1e6 / totals.done, 1);
  if (megabytes > 0) put_number("cpu_ms_per_mb", cpu_s * 1e3 / (totals.done * megabytes), 2);
}

static void put_text_figures(const Client *c) {
  char hash[32];
  snprintf(hash, sizeof hash, "%016llx", (unsigned long long)text_hash);
  put_integer("events", totals.events);
  put_integer("deltas", totals.deltas);
  put_integer("text_bytes", text_bytes);
  put_text("text_fnv", hash);
  put_integer("terminals", c->terminals);
}

static long warm_up_requests(void) {
  if (hash_text) return 0;
  return strcmp(options.test, "body") == 0 ? 1 : options.requests / 10 + 1;
}

void test_sequential(void) {
  Client *c = clients;
  hash_text = strcmp(options.test, "verify") == 0;
  if (hash_text) options.requests = 1;
  double cpu_before = 0;
  for (long i = -warm_up_requests(); i < options.requests; i++) {
    if (i == 0) cpu_before = gateway_cpu().total_s;
    if (!exchange(c)) {
      count_failure(c);
      hang_up(c);
      if (totals.failed > MOST_FAILURES) break;
      continue;
    }
    if (i < 0) continue;
    take_times(c, now_us());
    count_response(c);
    tally(c);
  }
  double cpu_s = gateway_cpu().total_s - cpu_before;
  put_integer("done", totals.done);
  put_integer("err", totals.failed);
  put_integer("noterm", totals.unfinished);
  if (hash_text) put_text_figures(c);
  if (measures_processes()) put_process_figures(cpu_s);
  put_percentiles("latency_us", &latencies);
  put_percentiles("ttft_us", &first_tokens);
  put_percentiles("headers_us", &head_times);
  put_percentiles("reqleg_us", &request_legs);
  put_percentiles("respleg_us", &response_legs);
}
