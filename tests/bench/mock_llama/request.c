// Reads HTTP/1.1 requests: the head, then a body of known length or in chunks.
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "mock.h"

// The value of a header in the zero-terminated head, or NULL. `name` is "\r\nname:".
static const char *header_value(const char *head, const char *name) {
  const char *found = strcasestr(head, name);
  if (!found) return NULL;
  found += strlen(name);
  return found + strspn(found, " \t");
}

static int header_begins(const char *head, const char *name, const char *value) {
  const char *found = header_value(head, name);
  return found && strncasecmp(found, value, strlen(value)) == 0;
}

static void read_headers(Conn *c, const char *head) {
  const char *length = header_value(head, "\r\ncontent-length:");
  c->content_length = length ? strtoul(length, NULL, 10) : 0;
  c->chunked = header_begins(head, "\r\ntransfer-encoding:", "chunked");
  c->chunk_cursor = c->head_length;
  c->body_length = 0;
  c->keep_alive = !header_begins(head, "\r\nconnection:", "close");
  if (strstr(head, " HTTP/1.0")) {
    c->keep_alive = header_begins(head, "\r\nconnection:", "keep-alive");
  }
  if (header_begins(head, "\r\nexpect:", "100-continue")) {
    send(c->fd, "HTTP/1.1 100 Continue\r\n\r\n", 25, MSG_NOSIGNAL);
  }
}

static int read_head(Conn *c) {
  char *end = memmem(c->in, c->in_length, "\r\n\r\n", 4);
  if (!end) return 0;
  c->head_length = end + 4 - c->in;
  // Ends the string for the header look-ups, after the line break that closes the last header.
  end[2] = 0;
  read_headers(c, c->in);
  end[2] = '\r';
  c->state = READING_BODY;
  return 1;
}

// Moves each chunk down over its framing, so that the body ends up in one piece after the head.
static int read_chunks(Conn *c) {
  for (;;) {
    char *at = c->in + c->chunk_cursor;
    char *line_end = memmem(at, c->in_length - c->chunk_cursor, "\r\n", 2);
    if (!line_end) return 0;
    size_t size = strtoul(at, NULL, 16), start = line_end + 2 - c->in;
    if (c->in_length < start + size + 2) return 0;
    c->chunk_cursor = start + size + 2;
    if (size == 0) return 1;
    memmove(c->in + c->head_length + c->body_length, c->in + start, size);
    c->body_length += size;
  }
}

static int read_body(Conn *c) {
  if (c->chunked) return read_chunks(c);
  if (c->in_length - c->head_length < c->content_length) return 0;
  c->body_length = c->content_length;
  return 1;
}

void parse_request(Conn *c) {
  c->in[c->in_length] = 0;
  if (c->state == READING_HEAD && !read_head(c)) return;
  if (!read_body(c)) return;
  c->state = RESPONDING;
  route_request(c);
}
