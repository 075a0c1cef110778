// The connections to the gateway, all driven by one epoll.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../clock.h"
#include "loadgen.h"

#define EVENTS_PER_TURN 256
#define READS_PER_TURN 4

Client *clients;
Totals totals;
static int epoll_fd;
static char read_buffer[256 * 1024];

int connect_to(int port, int nonblocking) {
  int one = 1, fd = socket(AF_INET, SOCK_STREAM | (nonblocking ? SOCK_NONBLOCK : 0), 0);
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  struct sockaddr_in address = {
      .sin_family = AF_INET,
      .sin_port = htons(port),
      .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
  };
  if (connect(fd, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS) {
    close(fd);
    return -1;
  }
  return fd;
}

void start_clients(int count) {
  epoll_fd = epoll_create1(0);
  clients = calloc(count, sizeof *clients);
  for (int i = 0; i < count; i++) clients[i].fd = -1;
}

static void watch(Client *c, int operation) {
  struct epoll_event event = {
      .events = EPOLLIN | (c->state == SENDING ? EPOLLOUT : 0),
      .data.ptr = c,
  };
  epoll_ctl(epoll_fd, operation, c->fd, &event);
}

// 1 when the whole request is sent, 0 when the socket is full, -1 when it is broken.
static int send_request(Client *c) {
  while (c->request_sent < request_length) {
    ssize_t sent = send(c->fd, request_bytes + c->request_sent, request_length - c->request_sent,
                        MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN || errno == ENOTCONN ? 0 : -1;
    c->request_sent += sent;
  }
  return 1;
}

int begin_request(Client *c) {
  start_response(c);
  c->request_sent = 0;
  c->state = SENDING;
  if (c->fd < 0) {
    c->fd = connect_to(options.port, 1);
    c->sent_at = now_us();
    if (c->fd < 0) return -1;
    watch(c, EPOLL_CTL_ADD);
    return 0;
  }
  c->sent_at = now_us();
  int sent = send_request(c);
  if (sent < 0) return -1;
  if (sent == 1) c->state = IN_HEAD;
  else watch(c, EPOLL_CTL_MOD);
  return 0;
}

void hang_up(Client *c) {
  if (c->fd >= 0) close(c->fd);
  c->fd = -1;
  c->state = IDLE;
}

// 0 when the connection failed; the callback may then have begun another one.
static int on_writable(Client *c, Callback callback) {
  int sent = send_request(c);
  if (sent < 0) {
    hang_up(c);
    callback(c, FAILED);
    return 0;
  }
  if (sent == 1) {
    c->state = IN_HEAD;
    watch(c, EPOLL_CTL_MOD);
  }
  return 1;
}

static void on_closed(Client *c, int orderly, Callback callback) {
  // A body with neither length nor chunks ends with the connection.
  int complete = orderly && c->state == IN_BODY && !c->chunked && c->body_left < 0;
  hang_up(c);
  callback(c, complete ? RESPONDED : FAILED);
}

static void on_response(Client *c, Callback callback) {
  if (c->close_after || options.new_connections) hang_up(c);
  else c->state = IDLE;
  callback(c, c->status == 200 ? RESPONDED : FAILED);
}

static void on_readable(Client *c, Callback callback) {
  for (int turn = 0; turn < READS_PER_TURN; turn++) {
    ssize_t got = recv(c->fd, read_buffer, sizeof read_buffer, 0);
    if (got < 0 && errno == EAGAIN) return;
    uint64_t now = now_us();
    // Bytes before the request is sent answer nothing: they count as a broken connection too.
    if (got <= 0 || c->state < IN_HEAD) {
      on_closed(c, got == 0, callback);
      return;
    }
    if (read_response(c, read_buffer, got, now)) {
      on_response(c, callback);
      return;
    }
    if ((size_t)got < sizeof read_buffer) return;
  }
}

void handle_events(int ms, Callback callback) {
  struct epoll_event events[EVENTS_PER_TURN];
  int ready = epoll_wait(epoll_fd, events, EVENTS_PER_TURN, ms);
  for (int i = 0; i < ready; i++) {
    Client *c = events[i].data.ptr;
    uint32_t happened = events[i].events;
    if (c->fd < 0) continue;
    if (c->state == SENDING && (happened & (EPOLLOUT | EPOLLERR | EPOLLHUP))) {
      if (!on_writable(c, callback)) continue;
    }
    if (happened & (EPOLLIN | EPOLLERR | EPOLLHUP)) on_readable(c, callback);
  }
}

void tally(Client *c) {
  totals.events += c->events;
  totals.deltas += c->deltas;
  totals.bytes += c->bytes;
  c->events = c->deltas = c->bytes = 0;
}

void count_response(Client *c) {
  totals.done++;
  if (!c->terminals) totals.unfinished++;
}

void count_failure(Client *c) {
  if (totals.failed++ < 2) fprintf(stderr, "A request failed with status %d\n", c->status);
}

void sleep_us(uint64_t us) {
  struct timespec pause = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
  nanosleep(&pause, NULL);
}
