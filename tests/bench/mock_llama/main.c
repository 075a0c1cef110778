// A mock of llama-server for speed tests: one thread, epoll, answers that are rendered beforehand.
//
//   mock_llama [PORT]      port 0, the default, takes a free one
//
// It listens on 127.0.0.1 alone and says so in one line on stdout. How it answers is set by
// GET /control?n=200&rate=50 (see Settings in mock.h); GET /stats returns its counters.
#define _GNU_SOURCE
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "../clock.h"
#include "mock.h"

#define EVENTS_PER_TURN 512

static const int ON = 1;

static int listen_on(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &ON, sizeof ON);
  struct sockaddr_in address = {
      .sin_family = AF_INET,
      .sin_port = htons(port),
      .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
  };
  socklen_t size = sizeof address;
  if (bind(fd, (struct sockaddr *)&address, size) || listen(fd, 4096) ||
      getsockname(fd, (struct sockaddr *)&address, &size)) {
    perror("Cannot listen");
    exit(1);
  }
  printf("mock_llama listening on http://127.0.0.1:%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

static void accept_connections(int listener) {
  int fd;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &ON, sizeof ON);
    open_connection(fd);
  }
}

static void on_writable(Conn *c) {
  int flat_out = c->streaming && c->settings.tokens_per_second == 0 && c->phase > PHASE_HEAD;
  if (flat_out) {
    stream_flat_out(c);
    return;
  }
  if (flush_output(c) != 1) return;
  want_writable(c, 0);
  if (c->phase != PHASE_DONE) return;
  if (c->streaming) finish_answer(c);
  else finish_response(c);
}

static void on_event(Conn *c, uint32_t events) {
  if (c->closed) return;
  if (events & (EPOLLERR | EPOLLHUP)) {
    close_connection(c, 1);
    return;
  }
  if (events & (EPOLLIN | EPOLLRDHUP)) receive(c);
  if (!c->closed && (events & EPOLLOUT) && c->state == RESPONDING) on_writable(c);
}

// A test of a thousand streams needs a thousand sockets; the usual limit is near that.
static void raise_file_limit(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int count, char **arguments) {
  signal(SIGPIPE, SIG_IGN);
  raise_file_limit();
  render_token_events();
  epoll_fd = epoll_create1(0);
  int listener = listen_on(count > 1 ? atoi(arguments[1]) : 0);
  struct epoll_event listening = {.events = EPOLLIN, .data.ptr = NULL};
  epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &listening);
  start_timers(now_us());
  for (;;) {
    struct epoll_event events[EVENTS_PER_TURN];
    int ready = epoll_wait(epoll_fd, events, EVENTS_PER_TURN, pending_timers ? 1 : 1000);
    for (int i = 0; i < ready; i++) {
      if (events[i].data.ptr) on_event(events[i].data.ptr, events[i].events);
      else accept_connections(listener);
    }
    run_timers(now_us());
    free_closed_connections();
  }
}
