// The answer of one chat completion: whole, or as a stream that is paced (one event per timer tick)
// or left to flat_out.c.
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "mock.h"

// A paced stream this far behind does not catch up in a burst: it goes on from now.
#define MOST_LAG_US 200000

const Events *events_of(const Conn *c, int phase) {
  if (phase == PHASE_TAIL) return &c->tail;
  return phase == PHASE_REASONING ? &reasoning_events : &content_events;
}

int event_count(const Conn *c, int phase) {
  if (phase == PHASE_HEAD) return 0;
  if (phase == PHASE_TAIL) return c->tail.cycle;
  return phase == PHASE_REASONING ? c->settings.reasoning_tokens : c->settings.content_tokens;
}

void next_phase(Conn *c) {
  c->phase++;
  c->event = 0;
  c->event_offset = 0;
}

void finish_answer(Conn *c) {
  stats.finished++;
  stats.active--;
  c->streaming = 0;
  finish_response(c);
}

// Ends the connection in the middle of the answer, as a crashed server would.
int dies_now(Conn *c) {
  int last = c->settings.die_after;
  if (!last || c->phase != PHASE_CONTENT || c->event < last) return 0;
  stats.finished++;
  stats.active--;
  c->streaming = 0;
  close_connection(c, 0);
  return 1;
}

static void queue_stream_head(Conn *c) {
  char head[4096];
  int length = sprintf(head,
                       "HTTP/1.1 200 OK\r\nServer: llama.cpp\r\nAccess-Control-Allow-Origin: \r\n"
                       "X-Accel-Buffering: no\r\nContent-Type: text/event-stream\r\n"
                       "Transfer-Encoding: chunked\r\n%s\r\n",
                       c->keep_alive ? "" : "Connection: close\r\n");
  length += render_chunk(head + length, "\"role\":\"assistant\",\"content\":null", "null");
  queue_output(c, head, length);
}

void queue_stamped_token(Conn *c) {
  char event[2048];
  queue_output(c, event, render_stamped_token(event, c->event, c->phase));
}

// Queues the next event of a paced stream; what closes the answer leaves in one piece.
static void queue_paced_event(Conn *c) {
  const Events *events = events_of(c, c->phase);
  int stamp = c->settings.stamp_every;
  if (c->phase != PHASE_TAIL && stamp > 0 && c->event % stamp == 0) {
    queue_stamped_token(c);
    c->event++;
    return;
  }
  int closing = c->phase == PHASE_TAIL && c->event >= events->cycle - c->closing_events;
  int first = c->event % events->cycle;
  int last = closing ? events->cycle : first + 1;
  queue_output(c, events->bytes + events->offsets[first],
               events->offsets[last] - events->offsets[first]);
  c->event++;
  if (closing) c->phase = PHASE_DONE;
}

static void send_paced_event(Conn *c, uint64_t now) {
  while (c->phase <= PHASE_TAIL && c->event >= event_count(c, c->phase)) next_phase(c);
  if (dies_now(c)) return;
  queue_paced_event(c);
  int flushed = flush_output(c);
  if (flushed < 0) return;
  if (c->phase == PHASE_DONE) {
    if (flushed == 1) finish_answer(c);
    return;
  }
  uint64_t period = 1000000 / c->settings.tokens_per_second;
  uint64_t next = c->due_us + period;
  set_timer(c, next + MOST_LAG_US < now ? now + period : next);
}

// Called when an answer starts and at every timer after that.
void continue_answer(Conn *c, uint64_t now) {
  const Settings *s = &c->settings;
  if (c->phase == PHASE_WAITING) {
    stats.waiting--;
    c->phase = PHASE_HEAD;
    queue_stream_head(c);
    if (s->first_token_delay_ms) {
      if (!s->hold_headers && flush_output(c) < 0) return;
      set_timer(c, now + s->first_token_delay_ms * 1000ull);
      return;
    }
  }
  if (s->tokens_per_second) {
    send_paced_event(c, now);
    return;
  }
  if (c->phase == PHASE_HEAD) start_flat_out(c);
  stream_flat_out(c);
}

// The whole answer as one JSON document. Reasoning and tool calls are only streamed.
static void send_whole_answer(Conn *c) {
  const Settings *s = &c->settings;
  char *json = malloc((size_t)s->content_tokens * 16 + 2048), *end = json;
  end += sprintf(end,
                 "{\"choices\":[{\"finish_reason\":\"stop\",\"index\":0,"
                 "\"message\":{\"role\":\"assistant\",\"content\":\"");
  if (s->stamp_every) end += sprintf(end, "@%" PRIu64 ";", now_us());
  for (int i = 0; i < s->content_tokens; i++) end = stpcpy(end, token_text(i, PHASE_CONTENT));
  end += sprintf(end,
                 "\"}}],\"created\":" CREATED_AT ",\"model\":\"" MODEL_NAME "\","
                 "\"system_fingerprint\":\"" BUILD_INFO "\",\"object\":\"chat.completion\","
                 "\"usage\":{\"completion_tokens\":%d,\"prompt_tokens\":17,\"total_tokens\":%d,"
                 "\"prompt_tokens_details\":{\"cached_tokens\":0}},\"id\":\"%s\","
                 "\"timings\":{\"prompt_n\":17,\"prompt_ms\":21.5,\"predicted_n\":%d,"
                 "\"predicted_ms\":20.0}}",
                 s->content_tokens, s->content_tokens + 17, COMPLETION_ID, s->content_tokens);
  send_response(c, 200, json, end - json);
  free(json);
  c->phase = PHASE_DONE;
  if (flush_output(c) == 1) finish_answer(c);
}

// Whether the request body says `"key":true`, however it is spaced after the colon.
static int body_says(const Conn *c, const char *key) {
  char tight[64], spaced[64];
  const char *body = c->in + c->head_length;
  int length = snprintf(tight, sizeof tight, "\"%s\":true", key);
  snprintf(spaced, sizeof spaced, "\"%s\": true", key);
  return memmem(body, c->body_length, tight, length) ||
         memmem(body, c->body_length, spaced, length + 1);
}

static void apply_model_settings(Conn *c) {
  char *body = c->in + c->head_length, *body_end = body + c->body_length;
  char *from = memmem(body, c->body_length, "\"mock:", 6);
  if (!from) return;
  from += 6;
  char *end = memchr(from, '"', body_end - from);
  if (end) parse_settings(&c->settings, from, end);
}

// Begins to answer the chat completion whose body was just read; `c->settings` holds the globals.
void start_answer(Conn *c) {
  stats.body_bytes += c->body_length;
  if (c->body_length > stats.largest_body) stats.largest_body = c->body_length;
  apply_model_settings(c);
  stats.started++;
  stats.active++;
  c->streaming = 1;
  c->event = 0;
  c->event_offset = 0;
  if (!body_says(c, "stream")) {
    send_whole_answer(c);
    return;
  }
  c->phase = PHASE_WAITING;
  stats.waiting++;
  render_tail(c, body_says(c, "include_usage"));
  uint64_t now = now_us();
  if (c->settings.header_delay_ms) {
    set_timer(c, now + c->settings.header_delay_ms * 1000ull);
    return;
  }
  c->due_us = now;
  continue_answer(c, now);
}
