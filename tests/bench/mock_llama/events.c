// Renders llama-server's stream events. Tokens are rendered once, at start: a firehose test must
// measure the gateway, so the mock sends bytes that lie ready.
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "mock.h"

#define RENDERED_TOKENS 4096
#define EVENT_CAPACITY 1600  // an event of the largest delta below, with its chunk frame

const char *const COMPLETION_ID = "chatcmpl-Kq3vT0b8ZrWmXn1dYs6hLp9cUe2gJf4a";
Events content_events, reasoning_events;

// As inside JSON strings: escapes, newlines and multi-byte characters must arrive unharmed.
static const char *const TOKENS[] = {
    " the", " of", "ing", " and", " to", " a", " in", " function", ",", " is", ".", "\\n",
    " that", " return", "(", ")", " const", " =", " await", "er", "\\\"", "ed", " stream",
    " for", " model", " it", " be", " token", "s", " gateway", " with", "\\n\\n", " request",
    "  ", " if", " else", " {", " }", ";", " caf\u00e9", " \u4f60\u597d", " 42", "0", " error",
    " handle", "_", " on", " as", " not", " server", " this", " from", " which", " by", " are",
    " an", "tion", " header", " HTTP", "/", "1", ":", " or",
};
#define TOKEN_COUNT (int)(sizeof TOKENS / sizeof *TOKENS)

const char *token_text(int index, int phase) {
  int salt = phase == PHASE_REASONING ? 3 : 0;
  return TOKENS[(index * 7 + salt + index / 11) % TOKEN_COUNT];
}

static const char *delta_key(int phase) {
  return phase == PHASE_REASONING ? "reasoning_content" : "content";
}

// Puts one event into its own HTTP chunk frame, as llama-server does.
static int frame(char *out, const char *event, int length) {
  return sprintf(out, "%x\r\n%.*s\r\n", length, length, event);
}

static int render_chunk_with(char *out, const char *delta, const char *finish_reason,
                             const char *more) {
  char event[EVENT_CAPACITY];
  int length = snprintf(
      event, sizeof event,
      "data: {\"choices\":[{\"finish_reason\":%s,\"index\":0,\"delta\":{%s}}],"
      "\"created\":" CREATED_AT ",\"id\":\"%s\",\"model\":\"" MODEL_NAME "\","
      "\"system_fingerprint\":\"" BUILD_INFO "\",\"object\":\"chat.completion.chunk\"%s}\n\n",
      finish_reason, delta, COMPLETION_ID, more);
  return frame(out, event, length);
}

int render_chunk(char *out, const char *delta, const char *finish_reason) {
  return render_chunk_with(out, delta, finish_reason, "");
}

int render_stamped_token(char *out, int index, int phase) {
  char delta[160];
  snprintf(delta, sizeof delta, "\"%s\":\"%s@%" PRIu64 ";\"", delta_key(phase),
           token_text(index, phase), now_us());
  return render_chunk(out, delta, "null");
}

static Events render_tokens(int phase) {
  Events events = {
      .bytes = malloc(RENDERED_TOKENS * 512),
      .offsets = malloc((RENDERED_TOKENS + 1) * sizeof(uint32_t)),
      .cycle = RENDERED_TOKENS,
  };
  uint32_t end = 0;
  for (int i = 0; i < RENDERED_TOKENS; i++) {
    char delta[128];
    snprintf(delta, sizeof delta, "\"%s\":\"%s\"", delta_key(phase), token_text(i, phase));
    events.offsets[i] = end;
    end += render_chunk(events.bytes + end, delta, "null");
  }
  events.offsets[RENDERED_TOKENS] = end;
  return events;
}

void render_token_events(void) {
  content_events = render_tokens(PHASE_CONTENT);
  reasoning_events = render_tokens(PHASE_REASONING);
}

// The pieces of one call's arguments; together with the opening "{" they are a JSON object.
static const char *argument_piece(int index, int count) {
  if (index == count - 1) return count == 1 ? "}" : "\\\"}";
  return index == 0 ? "\\\"command\\\":\\\"ls" : " -la";
}

static int render_timings(char *out, size_t capacity, int tokens) {
  return snprintf(out, capacity,
                  "\"timings\":{\"cache_n\":0,\"prompt_n\":17,\"prompt_ms\":21.5,"
                  "\"prompt_per_token_ms\":1.26,\"prompt_per_second\":790.7,\"predicted_n\":%d,"
                  "\"predicted_ms\":%d.25,\"predicted_per_token_ms\":20.0,"
                  "\"predicted_per_second\":50.0}",
                  tokens, tokens * 20);
}

static int render_usage_event(char *out, int tokens, const char *timings) {
  char event[EVENT_CAPACITY];
  int length = snprintf(
      event, sizeof event,
      "data: {\"choices\":[],\"created\":" CREATED_AT ",\"id\":\"%s\",\"model\":\"" MODEL_NAME
      "\",\"system_fingerprint\":\"" BUILD_INFO "\",\"object\":\"chat.completion.chunk\","
      "\"usage\":{\"completion_tokens\":%d,\"prompt_tokens\":17,\"total_tokens\":%d,"
      "\"prompt_tokens_details\":{\"cached_tokens\":0}},%s}\n\n",
      COMPLETION_ID, tokens, tokens + 17, timings);
  return frame(out, event, length);
}

static uint32_t render_tool_calls(Conn *c) {
  const Settings *s = &c->settings;
  Events *tail = &c->tail;
  uint32_t end = 0;
  char delta[512];
  for (int call = 0; call < s->tool_calls; call++) {
    snprintf(delta, sizeof delta,
             "\"tool_calls\":[{\"index\":%d,\"id\":\"call_%08x%04d\",\"type\":\"function\","
             "\"function\":{\"name\":\"shell\",\"arguments\":\"{\"}}]",
             call, 0x5eed + call, call);
    tail->offsets[tail->cycle++] = end;
    end += render_chunk(tail->bytes + end, delta, "null");
    for (int i = 0; i < s->argument_tokens; i++) {
      snprintf(delta, sizeof delta,
               "\"tool_calls\":[{\"index\":%d,\"function\":{\"arguments\":\"%s\"}}]", call,
               argument_piece(i, s->argument_tokens));
      tail->offsets[tail->cycle++] = end;
      end += render_chunk(tail->bytes + end, delta, "null");
    }
  }
  return end;
}

// What follows the content: tool calls, the finish chunk, usage, [DONE]. Without include_usage
// there is no usage chunk and the finish chunk carries the timings.
void render_tail(Conn *c, int with_usage) {
  const Settings *s = &c->settings;
  int count = s->tool_calls * (s->argument_tokens + 1) + 3;
  int tokens = s->content_tokens + s->reasoning_tokens + count - 3;
  Events *tail = &c->tail;
  tail->bytes = malloc((size_t)count * 700 + EVENT_CAPACITY);
  tail->offsets = malloc((count + 1) * sizeof(uint32_t));
  tail->cycle = 0;
  uint32_t end = render_tool_calls(c);

  char timings[512] = ",";
  render_timings(timings + 1, sizeof timings - 1, tokens);
  tail->offsets[tail->cycle++] = end;
  end += render_chunk_with(tail->bytes + end, "", s->tool_calls ? "\"tool_calls\"" : "\"stop\"",
                           with_usage ? "" : timings);
  if (with_usage) {
    tail->offsets[tail->cycle++] = end;
    end += render_usage_event(tail->bytes + end, tokens, timings + 1);
  }
  tail->offsets[tail->cycle++] = end;
  end += sprintf(tail->bytes + end, "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n");
  tail->offsets[tail->cycle] = end;
  c->closing_events = with_usage ? 3 : 2;
}
