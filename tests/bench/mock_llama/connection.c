// One TCP connection: receiving, sending, closing.
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../clock.h"
#include "mock.h"

int epoll_fd;
// Freed at the end of a loop turn: events of this turn may still point at them.
static Conn *closed_connections;

Conn *open_connection(int fd) {
  Conn *c = calloc(1, sizeof *c);
  c->fd = fd;
  c->in_capacity = 8192;
  c->in = malloc(c->in_capacity);
  stats.accepted++;
  stats.open++;
  struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = c};
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
  return c;
}

void close_connection(Conn *c, int by_client) {
  if (c->closed) return;
  c->closed = 1;
  if (c->streaming && by_client) {
    stats.cancelled++;
    stats.last_cancel_us = now_us();
    stats.active--;
    if (c->phase == PHASE_WAITING) stats.waiting--;
  }
  clear_timer(c);
  close(c->fd);
  stats.open--;
  c->next_closed = closed_connections;
  closed_connections = c;
}

static void free_tail(Conn *c) {
  free(c->tail.bytes);
  free(c->tail.offsets);
  c->tail = (Events){0};
}

void free_closed_connections(void) {
  while (closed_connections) {
    Conn *c = closed_connections;
    closed_connections = c->next_closed;
    free_tail(c);
    free(c->in);
    free(c->out);
    free(c);
  }
}

void want_writable(Conn *c, int wanted) {
  if (c->wants_writable == wanted) return;
  c->wants_writable = wanted;
  struct epoll_event event = {
      .events = EPOLLIN | EPOLLRDHUP | (wanted ? EPOLLOUT : 0),
      .data.ptr = c,
  };
  epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &event);
}

void queue_output(Conn *c, const char *bytes, size_t length) {
  if (c->out_sent == c->out_length) c->out_sent = c->out_length = 0;
  if (c->out_length + length > c->out_capacity) {
    c->out_capacity = (c->out_length + length) * 2;
    c->out = realloc(c->out, c->out_capacity);
  }
  memcpy(c->out + c->out_length, bytes, length);
  c->out_length += length;
}

int flush_output(Conn *c) {
  while (c->out_sent < c->out_length) {
    ssize_t sent = send(c->fd, c->out + c->out_sent, c->out_length - c->out_sent, MSG_NOSIGNAL);
    stats.sends++;
    if (sent >= 0) {
      c->out_sent += sent;
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN) {
      want_writable(c, 1);
      return 0;
    }
    close_connection(c, 1);
    return -1;
  }
  return 1;
}

// The response is sent: forget its request and go on with what the client may have sent after it.
void finish_response(Conn *c) {
  size_t used = c->chunked ? c->chunk_cursor : c->head_length + c->body_length;
  memmove(c->in, c->in + used, c->in_length - used);
  c->in_length -= used;
  c->state = READING_HEAD;
  c->streaming = 0;
  free_tail(c);
  // A connection that carried a large prompt must not keep its memory through a test of thousands.
  if (c->in_capacity > 256 * 1024 && c->in_length < 32 * 1024) {
    c->in_capacity = 64 * 1024;
    c->in = realloc(c->in, c->in_capacity);
  }
  if (!c->keep_alive) {
    shutdown(c->fd, SHUT_WR);
    close_connection(c, 0);
    return;
  }
  want_writable(c, 0);
  if (c->in_length) parse_request(c);
}

static void make_room(Conn *c) {
  if (c->in_length <= 4096 || c->in_capacity - c->in_length > 64 * 1024) return;
  c->in_capacity = c->in_capacity * 2 + 64 * 1024;
  c->in = realloc(c->in, c->in_capacity);
}

// Reads what has arrived. The end of the stream counts as a hang-up even in the middle of an
// answer: that is what the cancel tests look for.
void receive(Conn *c) {
  for (int turn = 0; turn < 64; turn++) {
    make_room(c);
    ssize_t got = recv(c->fd, c->in + c->in_length, c->in_capacity - c->in_length - 1, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got <= 0) {
      close_connection(c, 1);
      return;
    }
    c->in_length += got;
    if (c->state != RESPONDING) parse_request(c);
    if (c->closed) return;
  }
}
