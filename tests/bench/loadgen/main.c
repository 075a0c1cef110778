// A load client for LLM gateways in front of the mock: one thread, one test a run, one JSON object
// on stdout. It measures the gateway's process tree from /proc.
//
//   loadgen --port GATEWAY --mock MOCK --test TEST [options]
//
// --test       idle    memory at rest
//              verify  one stream: text hash, terminal events
//              seq     requests one after another: latency, time to first token, CPU per request
//              body    the same with a large prompt (--size): CPU per MB
//              fire    streams as fast as they go, for --secs: CPU per content delta
//              hold    paced streams, for --secs: added delay per token, CPU, memory, streams left
//              cancel  hang up in mid-stream (--early: before the headers): time to upstream close
//              slow    one firehose read at --kbps: growth of memory, then time to upstream close
// --api        chat (default) | responses | messages
// --pid        a gateway process, may be repeated; its descendants are found
// --cfg        settings of the mock, see its /control
// --conns      connections (1)              --reqs       requests (200)
// --secs       seconds of measuring (5)     --size       bytes of prompt (0 = a short one)
// --kbps       KB/s of the slow reader (200)
// --early      cancel before the headers    --newconn    a new connection for every request
// --nostream   ask for a whole answer       --model      model name ("mock")
// --path       other than the API's own     --header     "name: value", may be repeated
// --extra      JSON to put at the end of the body, with a leading comma
// --label      text for the report
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "loadgen.h"

Options options = {
    .port = 8080,
    .mock_port = 9900,
    .model = "mock",
    .label = "",
    .test = "seq",
    .mock_settings = "n=200",
    .extra_json = "",
    .connections = 1,
    .requests = 200,
    .kilobytes_per_second = 200,
    .seconds = 5,
    .stream = 1,
};

static void test_idle(void) {
  put_integer("err", 0);
  if (measures_processes()) put_number("rss_mb", gateway_rss_mb(), 1);
}

static const char *const API_NAMES[] = {"chat", "responses", "messages"};

static const struct {
  const char *name;
  void (*run)(void);
} TESTS[] = {
    {"idle", test_idle},       {"verify", test_sequential}, {"seq", test_sequential},
    {"body", test_sequential}, {"fire", test_fire},         {"hold", test_hold},
    {"cancel", test_cancel},   {"slow", test_slow_reader},
};

static void refuse(const char *what, const char *value) {
  fprintf(stderr, "Cannot use %s '%s'\n", what, value);
  exit(2);
}

static enum Api api_named(const char *name) {
  for (int i = 0; i < 3; i++) {
    if (strcmp(name, API_NAMES[i]) == 0) return i;
  }
  refuse("the API", name);
  return API_CHAT;
}

static void add_header(const char *header) {
  size_t used = strlen(options.headers), room = sizeof options.headers - used;
  if (strlen(header) + 3 > room) refuse("the header", header);
  snprintf(options.headers + used, room, "%s\r\n", header);
}

static int read_flag(const char *name) {
  if (strcmp(name, "--early") == 0) options.before_headers = 1;
  else if (strcmp(name, "--newconn") == 0) options.new_connections = 1;
  else if (strcmp(name, "--nostream") == 0) options.stream = 0;
  else return 0;
  return 1;
}

static int read_option(const char *name, const char *value) {
  if (strcmp(name, "--port") == 0) options.port = atoi(value);
  else if (strcmp(name, "--mock") == 0) options.mock_port = atoi(value);
  else if (strcmp(name, "--api") == 0) options.api = api_named(value);
  else if (strcmp(name, "--test") == 0) options.test = value;
  else if (strcmp(name, "--pid") == 0) add_process(atoi(value));
  else if (strcmp(name, "--cfg") == 0) options.mock_settings = value;
  else if (strcmp(name, "--conns") == 0) options.connections = atoi(value);
  else if (strcmp(name, "--reqs") == 0) options.requests = atol(value);
  else if (strcmp(name, "--secs") == 0) options.seconds = atof(value);
  else if (strcmp(name, "--size") == 0) options.prompt_bytes = atol(value);
  else if (strcmp(name, "--kbps") == 0) options.kilobytes_per_second = atoi(value);
  else if (strcmp(name, "--path") == 0) options.path = value;
  else if (strcmp(name, "--model") == 0) options.model = value;
  else if (strcmp(name, "--header") == 0) add_header(value);
  else if (strcmp(name, "--extra") == 0) options.extra_json = value;
  else if (strcmp(name, "--label") == 0) options.label = value;
  else return 0;
  return 1;
}

static void read_arguments(int count, char **arguments) {
  for (int i = 1; i < count; i++) {
    if (read_flag(arguments[i])) continue;
    if (i + 1 == count || !read_option(arguments[i], arguments[i + 1])) {
      refuse("the option", arguments[i]);
    }
    i++;
  }
}

// A test of a thousand streams needs a thousand sockets; the usual limit is near that.
static void raise_file_limit(void) {
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

static void run_test(void) {
  for (size_t i = 0; i < sizeof TESTS / sizeof *TESTS; i++) {
    if (strcmp(options.test, TESTS[i].name) == 0) {
      TESTS[i].run();
      return;
    }
  }
  refuse("the test", options.test);
}

int main(int count, char **arguments) {
  signal(SIGPIPE, SIG_IGN);
  raise_file_limit();
  read_arguments(count, arguments);
  build_request();
  find_descendants();
  set_up_mock(options.mock_settings);
  start_clients(options.connections);
  begin_report();
  put_text("label", options.label);
  put_text("test", options.test);
  put_text("api", API_NAMES[options.api]);
  put_text("cfg", options.mock_settings);
  run_test();
  end_report();
  return 0;
}
