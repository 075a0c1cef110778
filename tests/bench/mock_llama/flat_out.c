// A stream without a pace: hands the kernel as much of the pre-rendered events as the socket takes.
#include <errno.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "mock.h"

#define VECTORS 6
#define EVENTS_PER_VECTOR 512
#define BYTES_PER_SEND (256 * 1024)
// After this much one stream lets the others have their turn.
#define BYTES_PER_TURN (512 * 1024)

static int smaller(int a, int b) {
  return a < b ? a : b;
}

// How many events from `event` on lie next to each other in memory.
static int adjacent_events(const Conn *c, int phase, int event) {
  int cycle = events_of(c, phase)->cycle;
  return smaller(event_count(c, phase) - event, cycle - event % cycle);
}

static int gather(const Conn *c, struct iovec *vectors) {
  int count = 0, phase = c->phase, event = c->event;
  int left = c->settings.events_per_send ? c->settings.events_per_send : INT_MAX;
  size_t skip = c->event_offset, total = 0;
  while (count < VECTORS && phase <= PHASE_TAIL && left > 0 && total <= BYTES_PER_SEND) {
    if (event >= event_count(c, phase)) {
      phase++;
      event = 0;
      skip = 0;
      continue;
    }
    const Events *events = events_of(c, phase);
    int first = event % events->cycle;
    int run = smaller(adjacent_events(c, phase, event), smaller(left, EVENTS_PER_VECTOR));
    vectors[count].iov_base = events->bytes + events->offsets[first] + skip;
    vectors[count].iov_len = events->offsets[first + run] - events->offsets[first] - skip;
    total += vectors[count++].iov_len;
    event += run;
    left -= run;
    skip = 0;
  }
  return count;
}

// Bytes sent, or -1 when the socket is full or was closed.
static ssize_t send_events(Conn *c) {
  struct iovec vectors[VECTORS];
  struct msghdr message = {.msg_iov = vectors, .msg_iovlen = gather(c, vectors)};
  for (;;) {
    ssize_t sent = sendmsg(c->fd, &message, MSG_NOSIGNAL);
    stats.sends++;
    if (sent >= 0) return sent;
    if (errno == EINTR) continue;
    if (errno == EAGAIN) want_writable(c, 1);
    else close_connection(c, 1);
    return -1;
  }
}

// Moves the position past `sent` bytes: whole runs of events, then a binary search in the last.
static void advance_position(Conn *c, size_t sent) {
  while (sent > 0) {
    if (c->event >= event_count(c, c->phase)) {
      next_phase(c);
      continue;
    }
    const Events *events = events_of(c, c->phase);
    int first = c->event % events->cycle;
    int run = adjacent_events(c, c->phase, c->event);
    size_t from = events->offsets[first] + c->event_offset;
    size_t rest = events->offsets[first + run] - from;
    if (sent >= rest) {
      sent -= rest;
      c->event += run;
      c->event_offset = 0;
      continue;
    }
    int low = first, high = first + run;
    while (high - low > 1) {
      int middle = (low + high) / 2;
      if (events->offsets[middle] <= from + sent) low = middle;
      else high = middle;
    }
    c->event += low - first;
    c->event_offset = from + sent - events->offsets[low];
    return;
  }
}

void stream_flat_out(Conn *c) {
  size_t budget = BYTES_PER_TURN;
  for (;;) {
    if (flush_output(c) <= 0) return;
    if (c->phase >= PHASE_DONE) {
      finish_answer(c);
      return;
    }
    if (dies_now(c)) return;
    if (c->event >= event_count(c, c->phase)) {
      next_phase(c);
      continue;
    }
    ssize_t sent = send_events(c);
    if (sent < 0) return;
    advance_position(c, sent);
    if ((size_t)sent >= budget) {
      want_writable(c, 1);
      return;
    }
    budget -= sent;
  }
}

void start_flat_out(Conn *c) {
  c->phase = c->settings.reasoning_tokens ? PHASE_REASONING : PHASE_CONTENT;
  // Without a pace only the first token is stamped: it gives the time to first token.
  if (c->settings.stamp_every > 0 && event_count(c, c->phase) > 0) {
    queue_stamped_token(c);
    c->event = 1;
  }
}
