// Reads HTTP/1.1 responses piece by piece as they arrive.
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "loadgen.h"

enum { CHUNK_SIZE, CHUNK_EXTENSION, CHUNK_DATA, CHUNK_END, TRAILER };

void start_response(Client *c) {
  c->head_length = c->status = c->got_delta = c->terminals = 0;
  c->line_length = 0;
  c->events = c->deltas = c->bytes = 0;
  c->head_at = c->delta_at = c->stamped_at = 0;
}

static void parse_head(Client *c) {
  const char *length = strcasestr(c->head, "\r\ncontent-length:");
  const char *encoding = strcasestr(c->head, "\r\ntransfer-encoding:");
  c->status = atoi(c->head + 9);
  c->chunked = encoding && strcasestr(encoding, "chunked");
  c->body_left = length ? atol(length + 17) : -1;
  c->close_after = strcasestr(c->head, "\r\nconnection: close") != NULL;
  c->is_events = strcasestr(c->head, "event-stream") != NULL;
  c->chunk_state = CHUNK_SIZE;
  c->chunk_left = 0;
}

// Bytes that belonged to the head; `c->state` tells whether it is complete.
static size_t read_head(Client *c, const char *bytes, size_t length, uint64_t now) {
  size_t before = c->head_length, room = sizeof c->head - 1 - before;
  size_t taken = length < room ? length : room;
  memcpy(c->head + before, bytes, taken);
  c->head_length += taken;
  c->head[c->head_length] = 0;
  char *end = strstr(c->head, "\r\n\r\n");
  if (!end) return taken;
  *end = 0;
  c->head_at = now;
  c->state = IN_BODY;
  parse_head(c);
  return end + 4 - c->head - before;
}

static void read_body(Client *c, const char *bytes, size_t length, uint64_t now) {
  if (c->is_events) read_event_bytes(c, bytes, length, now);
  else read_json_bytes(c, bytes, length, now);
}

static int hex_digit(char digit) {
  return digit <= '9' ? digit - '0' : (digit | 32) - 'a' + 10;
}

// One byte of chunk framing. 1 when it was the last of the response.
static int read_framing(Client *c, char byte) {
  switch (c->chunk_state) {
    case CHUNK_SIZE:
      if (byte == ';') c->chunk_state = CHUNK_EXTENSION;
      else if (byte == '\n') c->chunk_state = c->chunk_left ? CHUNK_DATA : TRAILER;
      else if (byte != '\r') c->chunk_left = c->chunk_left * 16 + hex_digit(byte);
      return 0;
    case CHUNK_EXTENSION:
      if (byte == '\n') c->chunk_state = c->chunk_left ? CHUNK_DATA : TRAILER;
      return 0;
    case CHUNK_END:
      if (byte == '\n') c->chunk_state = CHUNK_SIZE;
      return 0;
    default:
      return byte == '\n';
  }
}

static int read_chunks(Client *c, const char *bytes, size_t length, uint64_t now) {
  while (length) {
    if (c->chunk_state != CHUNK_DATA) {
      length--;
      if (read_framing(c, *bytes++)) return 1;
      continue;
    }
    size_t part = length < (size_t)c->chunk_left ? length : (size_t)c->chunk_left;
    read_body(c, bytes, part, now);
    bytes += part;
    length -= part;
    c->chunk_left -= part;
    if (!c->chunk_left) c->chunk_state = CHUNK_END;
  }
  return 0;
}

int read_response(Client *c, const char *bytes, size_t length, uint64_t now) {
  if (c->state == IN_HEAD) {
    size_t used = read_head(c, bytes, length, now);
    if (c->state == IN_HEAD) {
      // A head that never ends leaves the status at 0: a failure, and the connection is lost.
      c->close_after = c->head_length == sizeof c->head - 1;
      return c->close_after;
    }
    bytes += used;
    length -= used;
  }
  if (c->chunked) return read_chunks(c, bytes, length, now);
  if (length) read_body(c, bytes, length, now);
  if (c->body_left < 0) return 0;
  c->body_left -= length;
  return c->body_left <= 0;
}
