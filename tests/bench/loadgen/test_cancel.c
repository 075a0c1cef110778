// cancel: hang up in the middle of a stream, or before its headers came, and read from the mock
// when its side of the connection closed.
#include "../clock.h"
#include "loadgen.h"

#define LONGEST_WAIT_US 5000000
#define MOST_MISSES 3
#define MOST_FAILURES 3

static int ended;

static void on_end(Client *c, enum Outcome outcome) {
  (void)c;
  ended = outcome;
}

static void linger(uint64_t us) {
  uint64_t until = now_us() + us;
  while (now_us() < until) handle_events(1, on_end);
}

// Until the mock has the request but has answered nothing, or until the first token is here.
static void wait_for_phase(Client *c, uint64_t waiting_before) {
  uint64_t limit = now_us() + LONGEST_WAIT_US;
  if (options.before_headers) {
    while (!ended && now_us() < limit && mock_counter("waiting") <= waiting_before) {
      handle_events(1, on_end);
    }
  } else {
    while (!ended && now_us() < limit && !c->got_delta) handle_events(50, on_end);
  }
}

// Hangs up; 1 when the mock saw it in time.
static int drop_and_watch(Client *c, uint64_t cancelled_before, Samples *times) {
  uint64_t dropped_at = now_us();
  hang_up(c);
  while (now_us() < dropped_at + LONGEST_WAIT_US) {
    if (mock_counter("cancelled") > cancelled_before) {
      add_sample(times, (double)mock_counter("last_cancel_us") - dropped_at);
      return 1;
    }
    sleep_us(300);
  }
  return 0;
}

void test_cancel(void) {
  Samples times = {0};
  Client *c = clients;
  int missed = 0;
  for (long i = 0; i < options.requests && missed < MOST_MISSES; i++) {
    uint64_t cancelled = mock_counter("cancelled"), waiting = mock_counter("waiting");
    ended = 0;
    hang_up(c);
    if (begin_request(c) == 0) {
      wait_for_phase(c, waiting);
      // Varied, so that the hang-up does not always meet the same point between two tokens.
      linger(3000 + i % 7 * (options.before_headers ? 1300 : 2300));
    }
    if (ended || c->fd < 0) {
      count_failure(c);
      if (totals.failed > MOST_FAILURES) break;
      continue;
    }
    if (!drop_and_watch(c, cancelled, &times)) missed++;
  }
  put_integer("missed", missed);
  put_integer("err", totals.failed);
  put_percentiles("cancel_us", &times);
}
