// What the parts of the load client share.
#ifndef LOADGEN_H
#define LOADGEN_H

#include <stddef.h>
#include <stdint.h>

enum Api { API_CHAT, API_RESPONSES, API_MESSAGES };

// The command line; main.c explains every option.
typedef struct {
  int port, mock_port;
  enum Api api;
  const char *path, *model, *label, *test, *mock_settings, *extra_json;
  char headers[4096];
  int connections, kilobytes_per_second, before_headers, stream, new_connections;
  long requests, prompt_bytes;
  double seconds;
} Options;
extern Options options;

// output.c: the one JSON object on stdout, field by field.
void begin_report(void);
void end_report(void);
void put_text(const char *key, const char *value);
void put_integer(const char *key, uint64_t value);
// Nothing for what JSON cannot say, like a rate over no time.
void put_number(const char *key, double value, int decimals);
// CPU microseconds per counted thing; nothing when nothing was counted.
void put_cost(const char *key, double cpu_s, uint64_t count);

typedef struct {
  double *values;
  size_t count, capacity;
} Samples;
void add_sample(Samples *samples, double value);
// Percentiles of the samples; nothing when there are none.
void put_percentiles(const char *key, Samples *samples);

// process.c: the gateway's processes, from /proc.
typedef struct {
  double total_s, system_s;
} CpuTime;
void add_process(int pid);
int measures_processes(void);
// Adds all descendants of the added processes.
void find_descendants(void);
CpuTime gateway_cpu(void);
double gateway_rss_mb(void);
double gateway_peak_rss_mb(void);
// CPU seconds that loadgen itself has used.
double own_cpu_s(void);

// mock.c: the mock's /control and /stats, over one blocking connection.
void set_up_mock(const char *settings);
uint64_t mock_counter(const char *name);

// One connection to the gateway, and the response that it is receiving.
typedef struct {
  int fd;
  int state;  // IDLE, SENDING, IN_HEAD, IN_BODY
  size_t request_sent;

  char head[8192];
  int head_length, status, chunked, is_events, close_after;
  long body_left;  // bytes of a body with a known length; -1 when it has none

  int chunk_state;
  long chunk_left;

  char line[3072];  // the begun line of an event stream; what is longer is cut off
  size_t line_length;

  int got_delta, terminals;
  uint64_t sent_at, head_at, delta_at;  // 0 until it has happened
  uint64_t stamped_at;                  // the mock's clock in the first stamped token
  uint64_t events, deltas, bytes;
} Client;
enum { IDLE, SENDING, IN_HEAD, IN_BODY };

// response.c: an HTTP/1.1 response as it comes in. 1 when it is complete.
void start_response(Client *c);
int read_response(Client *c, const char *bytes, size_t length, uint64_t now);

// events.c: the lines of an event stream, and what is counted in them.
extern int collect_delays, hash_text;
extern Samples token_delays;
extern uint64_t text_hash, text_bytes;
void read_event_bytes(Client *c, const char *bytes, size_t length, uint64_t now);
void read_json_bytes(Client *c, const char *bytes, size_t length, uint64_t now);

// request.c: the request that every connection sends.
extern char *request_bytes;
extern size_t request_length;
void build_request(void);

// client.c
enum Outcome { RESPONDED = 1, FAILED = -1 };
typedef void (*Callback)(Client *, enum Outcome);
int connect_to(int port, int nonblocking);
void start_clients(int count);
extern Client *clients;
// Sends the next request, on a new connection where there is none. -1 when that cannot be begun.
int begin_request(Client *c);
void hang_up(Client *c);
// Waits up to `ms` and handles what has arrived; calls back for every response that ended.
void handle_events(int ms, Callback callback);

typedef struct {
  uint64_t events, deltas, bytes, done, failed, unfinished;
} Totals;
extern Totals totals;
void tally(Client *c);
void count_response(Client *c);
void count_failure(Client *c);
void sleep_us(uint64_t us);

// One file per test, test_*.c; each adds its figures to the report.
void test_sequential(void);
void test_fire(void);
void test_hold(void);
void test_cancel(void);
void test_slow_reader(void);

#endif
