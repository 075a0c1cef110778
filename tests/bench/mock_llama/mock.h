// What the parts of the mock share: settings, counters, and one connection's state.
#ifndef MOCK_H
#define MOCK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MODEL_NAME "mock"
#define BUILD_INFO "b6999-0a1b2c3d"
#define CREATED_AT "1763900000"

// How an answer is generated. The names in brackets are those of `GET /control?...` and of a model
// name like "mock:n=5,rate=20", which overrides them for one request.
typedef struct {
  int content_tokens;       // [n] content deltas per answer
  int reasoning_tokens;     // [reason] reasoning_content deltas before them
  int tool_calls;           // [tools] parallel tool calls after them
  int argument_tokens;      // [args] argument deltas per tool call
  int tokens_per_second;    // [rate] per stream; 0 sends as fast as the socket takes it
  int events_per_send;      // [burst] most events in one send() at rate 0; 0 = as many as fit
  int header_delay_ms;      // [hdelay] silence before the response headers: prompt processing
  int first_token_delay_ms; // [tdelay] silence between the headers and the first token
  int stamp_every;          // [ts] every n-th token says "@<now_us>;", the first at rate 0; 0 = none
  int hold_headers;         // [noce] 1 = headers leave with the first token when there is a tdelay
  int die_after;            // [die] close the connection after this many content tokens; 0 = never
} Settings;

// Reads "n=200&rate=50" (or the same with commas) between two pointers into `settings`.
void parse_settings(Settings *settings, const char *from, const char *end);

// Counters of GET /stats.
typedef struct {
  uint64_t requests, started, finished, cancelled, last_cancel_us;
  uint64_t accepted, open, active, waiting, body_bytes, largest_body, sends;
} Stats;
extern Stats stats;

enum { READING_HEAD, READING_BODY, RESPONDING };

// Where a streamed answer stands. WAITING has sent nothing yet, not even headers.
enum {
  PHASE_WAITING = -1,
  PHASE_HEAD,
  PHASE_REASONING,
  PHASE_CONTENT,
  PHASE_TAIL,
  PHASE_DONE,
};

// Pre-rendered SSE events, each in its own HTTP chunk frame, laid end to end. Event i lies at
// offsets[i % cycle] and ends at offsets[i % cycle + 1].
typedef struct {
  char *bytes;
  uint32_t *offsets;
  int cycle;
} Events;

typedef struct Conn {
  int fd;
  int state;

  char *in;  // what was received; one byte is always left free for a terminating zero
  size_t in_length, in_capacity;
  size_t head_length;     // bytes of the request head, blank line included
  size_t content_length;
  int chunked;            // the request body comes in chunks; it is compacted in place
  size_t chunk_cursor;    // raw position of the next chunk header in `in`
  size_t body_length;
  int keep_alive;

  char *out;
  size_t out_length, out_sent, out_capacity;
  int wants_writable;     // EPOLLOUT is armed

  Settings settings;
  int streaming;          // a chat completion is being answered
  int phase;
  int event;              // next event of the phase
  size_t event_offset;    // bytes of it that were already sent
  Events tail;            // tool calls, finish, usage, [DONE]
  int closing_events;     // how many at the end of `tail` leave together

  struct Conn *next_timer, **timer_slot;
  uint64_t due_us;
  int closed;
  struct Conn *next_closed;
} Conn;

// connection.c
extern int epoll_fd;
Conn *open_connection(int fd);
void close_connection(Conn *c, int by_client);
void free_closed_connections(void);
void receive(Conn *c);
void queue_output(Conn *c, const char *bytes, size_t length);
// 1 when all is sent, 0 when the socket is full, -1 when the connection was closed.
int flush_output(Conn *c);
void want_writable(Conn *c, int wanted);
void finish_response(Conn *c);

// request.c: consumes what was received; calls route_request() when a request is complete.
void parse_request(Conn *c);

// routes.c
void route_request(Conn *c);
void send_response(Conn *c, int status, const char *body, size_t length);

// answer.c
void start_answer(Conn *c);
void continue_answer(Conn *c, uint64_t now);
void finish_answer(Conn *c);
void next_phase(Conn *c);
const Events *events_of(const Conn *c, int phase);
int event_count(const Conn *c, int phase);
void queue_stamped_token(Conn *c);
// Ends the connection in the middle of the answer when the settings say so; 1 when it did.
int dies_now(Conn *c);

// flat_out.c
void start_flat_out(Conn *c);
void stream_flat_out(Conn *c);

// events.c
extern const char *const COMPLETION_ID;
extern Events content_events, reasoning_events;
void render_token_events(void);
const char *token_text(int index, int phase);
// One chunk frame with the given delta (the inside of the object); returns its length.
int render_chunk(char *out, const char *delta, const char *finish_reason);
int render_stamped_token(char *out, int index, int phase);
void render_tail(Conn *c, int with_usage);

// timers.c: a wheel of 1 ms slots; accuracy is what hold and cancel tests need.
extern int pending_timers;
void start_timers(uint64_t now);
void set_timer(Conn *c, uint64_t due_us);
void clear_timer(Conn *c);
void run_timers(uint64_t now);

#endif
