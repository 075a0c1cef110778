// A timer wheel with 1 ms slots: thousands of paced streams rearm a timer for every token, so
// setting and clearing one must cost a few instructions.
#include "mock.h"

#define SLOTS 8192

static Conn *wheel[SLOTS];
static uint64_t last_run_ms;
int pending_timers;

void start_timers(uint64_t now) {
  last_run_ms = now / 1000;
}

void clear_timer(Conn *c) {
  if (!c->timer_slot) return;
  *c->timer_slot = c->next_timer;
  if (c->next_timer) c->next_timer->timer_slot = c->timer_slot;
  c->timer_slot = NULL;
  c->next_timer = NULL;
  pending_timers--;
}

void set_timer(Conn *c, uint64_t due_us) {
  clear_timer(c);
  c->due_us = due_us;
  uint64_t ms = (due_us + 999) / 1000;
  // A slot that was already visited would only come round again after a whole turn of the wheel.
  if (ms <= last_run_ms) ms = last_run_ms + 1;
  Conn **slot = &wheel[ms % SLOTS];
  c->next_timer = *slot;
  if (*slot) (*slot)->timer_slot = &c->next_timer;
  *slot = c;
  c->timer_slot = slot;
  pending_timers++;
}

void run_timers(uint64_t now) {
  if (!pending_timers) {
    last_run_ms = now / 1000;
    return;
  }
  while (last_run_ms < now / 1000) {
    last_run_ms++;
    Conn *c = wheel[last_run_ms % SLOTS];
    while (c) {
      Conn *next = c->next_timer;
      // What is due a turn of the wheel later shares the slot and stays in it.
      if (c->due_us <= now) {
        clear_timer(c);
        continue_answer(c, now);
      }
      c = next;
    }
  }
}
