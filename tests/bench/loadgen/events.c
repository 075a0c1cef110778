// Reads event streams: counts events and content deltas, sees the terminal event, takes the stamps
// out of tokens, and hashes the text. This runs for every token, so it looks for marks in the line
// instead of parsing JSON.
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>

#include "loadgen.h"

int collect_delays, hash_text;
Samples token_delays;
uint64_t text_hash = 14695981039346656037ull, text_bytes;

// A line's type stands near its front; looking further would cost on every token.
#define TYPE_WINDOW 400
#define LONGEST_DELTA_LINE 600

static int contains(const char *line, size_t length, const char *mark) {
  return memmem(line, length, mark, strlen(mark)) != NULL;
}

// FNV-1a
static void hash_bytes(const char *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) {
    text_hash = (text_hash ^ (unsigned char)bytes[i]) * 1099511628211ull;
  }
  text_bytes += length;
}

static size_t put_utf8(char *out, unsigned code) {
  if (code < 0x80) {
    out[0] = code;
    return 1;
  }
  if (code < 0x800) {
    out[0] = 0xC0 | code >> 6;
    out[1] = 0x80 | (code & 63);
    return 2;
  }
  out[0] = 0xE0 | code >> 12;
  out[1] = 0x80 | (code >> 6 & 63);
  out[2] = 0x80 | (code & 63);
  return 3;
}

// Decodes the JSON string that begins at `at`; the mock's texts need no surrogate pairs.
static size_t decode_string(const char *at, const char *end, char *out, size_t capacity) {
  size_t length = 0;
  while (at < end && *at != '"' && length < capacity - 4) {
    if (*at != '\\') {
      out[length++] = *at++;
      continue;
    }
    char escape = *++at;
    unsigned code = 0;
    at++;
    if (escape == 'n') out[length++] = '\n';
    else if (escape == 't') out[length++] = '\t';
    else if (escape == 'u' && sscanf(at, "%4x", &code) == 1) {
      length += put_utf8(out + length, code);
      at += 4;
    } else out[length++] = escape;
  }
  return length;
}

// Stamps differ from run to run: they are left out of the hashed text.
static size_t drop_stamps(char *text, size_t length) {
  char *stamp;
  while ((stamp = memchr(text, '@', length))) {
    char *end = stamp + 1;
    while (end < text + length && *end >= '0' && *end <= '9') end++;
    if (end < text + length && *end == ';') end++;
    memmove(stamp, end, text + length - end);
    length -= end - stamp;
  }
  return length;
}

static void hash_field(const char *line, size_t length, const char *key) {
  const char *at = memmem(line, length, key, strlen(key)), *end = line + length;
  char text[8192];
  if (!at) return;
  at += strlen(key);
  while (at < end && *at == ' ') at++;
  if (at >= end || *at != '"') return;
  hash_bytes(text, drop_stamps(text, decode_string(at + 1, end, text, sizeof text)));
}

// Takes "@<microseconds>;" out of a token: the mock's clock when it sent it.
static void read_stamp(Client *c, const char *line, size_t length, uint64_t now) {
  const char *at = memchr(line, '@', length), *end = line + length;
  if (!at) return;
  uint64_t stamp = 0;
  int digits = 0;
  for (at++; at < end && *at >= '0' && *at <= '9' && digits < 17; at++, digits++) {
    stamp = stamp * 10 + (*at - '0');
  }
  if (digits < 7 || at >= end || *at != ';') return;
  if (!c->stamped_at) c->stamped_at = stamp;
  if (collect_delays) add_sample(&token_delays, (double)now - (double)stamp);
}

// After the first delta a chat line is told from the closing ones by its length alone, which spares
// the search; the role chunk comes before, and the finish chunk is one in thousands.
static int is_chat_delta(const Client *c, const char *line, size_t length) {
  if (c->got_delta && !hash_text) return length < LONGEST_DELTA_LINE;
  return contains(line, length, "\"content\":\"") || contains(line, length, "\"content\": \"") ||
         contains(line, length, "\"reasoning_content\":\"");
}

static int is_delta(const Client *c, const char *line, size_t length) {
  size_t front = length < TYPE_WINDOW ? length : TYPE_WINDOW;
  if (options.api == API_CHAT) return is_chat_delta(c, line, length);
  if (options.api == API_RESPONSES) return contains(line, front, "_text.delta");
  return contains(line, front, "text_delta") || contains(line, front, "thinking_delta");
}

static int is_terminal(const char *line, size_t length) {
  static const char *const marks[] = {"[DONE]", "response.completed", "message_stop"};
  // "data: [DONE]" is the whole line; the other marks stand in the event's type.
  if (options.api == API_CHAT && length > 13) return 0;
  size_t front = length < TYPE_WINDOW ? length : TYPE_WINDOW;
  return contains(line, front, marks[options.api]);
}

static const char *text_key(void) {
  static const char *const keys[] = {"\"content\":", "\"delta\":", "\"text\":"};
  return keys[options.api];
}

static void read_line(Client *c, const char *line, size_t length, uint64_t now) {
  if (length < 6 || line[0] != 'd' || line[1] != 'a') return;
  c->events++;
  if (options.api == API_CHAT && is_terminal(line, length)) {
    c->terminals++;
    return;
  }
  if (!is_delta(c, line, length)) {
    if (is_terminal(line, length)) c->terminals++;
    return;
  }
  c->deltas++;
  if (!c->got_delta) {
    c->got_delta = 1;
    c->delta_at = now;
  }
  if (collect_delays || !c->stamped_at) read_stamp(c, line, length, now);
  if (hash_text) hash_field(line, length, text_key());
}

static void keep_begun_line(Client *c, const char *bytes, size_t length) {
  size_t room = sizeof c->line - c->line_length;
  if (length > room) length = room;
  memcpy(c->line + c->line_length, bytes, length);
  c->line_length += length;
}

void read_event_bytes(Client *c, const char *bytes, size_t length, uint64_t now) {
  const char *end = bytes + length;
  c->bytes += length;
  while (bytes < end) {
    const char *line_end = memchr(bytes, '\n', end - bytes);
    if (!line_end) {
      keep_begun_line(c, bytes, end - bytes);
      return;
    }
    if (c->line_length) {
      keep_begun_line(c, bytes, line_end - bytes);
      read_line(c, c->line, c->line_length, now);
      c->line_length = 0;
    } else {
      read_line(c, bytes, line_end - bytes, now);
    }
    bytes = line_end + 1;
  }
}

void read_json_bytes(Client *c, const char *bytes, size_t length, uint64_t now) {
  c->bytes += length;
  if (!c->stamped_at) read_stamp(c, bytes, length, now);
  c->delta_at = now;
  c->terminals = 1;
}
