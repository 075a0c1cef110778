// The mock's addresses: llama-server's own, and /control and /stats for the harness.
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../clock.h"
#include "mock.h"

// As many slots as the largest test has streams: a gateway that respects slots must not queue.
#define SLOTS 1024
#define CONTEXT_TOKENS 131072

#define DEFAULT_SETTINGS {.content_tokens = 200, .argument_tokens = 12, .stamp_every = 4}
static const Settings default_settings = DEFAULT_SETTINGS;
static Settings global_settings = DEFAULT_SETTINGS;
Stats stats;

void send_response(Conn *c, int status, const char *body, size_t length) {
  char head[256];
  int head_length = snprintf(head, sizeof head,
                             "HTTP/1.1 %d %s\r\nServer: llama.cpp\r\n"
                             "Access-Control-Allow-Origin: \r\n"
                             "Content-Type: application/json; charset=utf-8\r\n"
                             "Content-Length: %zu\r\n%s\r\n",
                             status, status == 200 ? "OK" : "Not Found", length,
                             c->keep_alive ? "" : "Connection: close\r\n");
  queue_output(c, head, head_length);
  queue_output(c, body, length);
}

static void send_text(Conn *c, int status, const char *body) {
  send_response(c, status, body, strlen(body));
}

static void read_setting(int *value, const char *name, const char *from, const char *end) {
  size_t length = strlen(name);
  for (const char *at = from; at + length < end; at++) {
    int starts_name = at == from || at[-1] == '&' || at[-1] == ',';
    if (starts_name && memcmp(at, name, length) == 0 && at[length] == '=') {
      *value = atoi(at + length + 1);
      return;
    }
  }
}

void parse_settings(Settings *s, const char *from, const char *end) {
  read_setting(&s->content_tokens, "n", from, end);
  read_setting(&s->reasoning_tokens, "reason", from, end);
  read_setting(&s->tool_calls, "tools", from, end);
  read_setting(&s->argument_tokens, "args", from, end);
  read_setting(&s->tokens_per_second, "rate", from, end);
  read_setting(&s->events_per_send, "burst", from, end);
  read_setting(&s->header_delay_ms, "hdelay", from, end);
  read_setting(&s->first_token_delay_ms, "tdelay", from, end);
  read_setting(&s->stamp_every, "ts", from, end);
  read_setting(&s->hold_headers, "noce", from, end);
  read_setting(&s->die_after, "die", from, end);
  if (s->argument_tokens < 1) s->argument_tokens = 1;
}

// Settings are global and start from the defaults each time; running answers keep theirs.
static void control(Conn *c, const char *query, const char *end) {
  global_settings = default_settings;
  parse_settings(&global_settings, query, end);
  stats.requests--;
  send_text(c, 200, "{}");
}

static void send_stats(Conn *c) {
  char json[1024];
  stats.requests--;
  snprintf(json, sizeof json,
           "{\"active\":%" PRIu64 ",\"waiting\":%" PRIu64 ",\"started\":%" PRIu64
           ",\"finished\":%" PRIu64 ",\"cancelled\":%" PRIu64 ",\"last_cancel_us\":%" PRIu64
           ",\"now_us\":%" PRIu64 ",\"reqs\":%" PRIu64 ",\"accepted\":%" PRIu64
           ",\"open\":%" PRIu64 ",\"body_bytes\":%" PRIu64 ",\"max_body\":%" PRIu64
           ",\"sends\":%" PRIu64 "}",
           stats.active, stats.waiting, stats.started, stats.finished, stats.cancelled,
           stats.last_cancel_us, now_us(), stats.requests, stats.accepted, stats.open,
           stats.body_bytes, stats.largest_body, stats.sends);
  send_text(c, 200, json);
}

static void send_models(Conn *c) {
  send_text(c, 200,
            "{\"models\":[{\"name\":\"" MODEL_NAME "\",\"model\":\"" MODEL_NAME
            "\",\"type\":\"model\",\"capabilities\":[\"completion\"]}],"
            "\"object\":\"list\",\"data\":[{\"id\":\"" MODEL_NAME "\",\"aliases\":[\"" MODEL_NAME
            "\"],\"tags\":[],\"object\":\"model\","
            "\"architecture\":{\"input_modalities\":[\"text\"],\"output_modalities\":[\"text\"]},"
            "\"created\":" CREATED_AT ",\"owned_by\":\"llamacpp\","
            "\"meta\":{\"vocab_type\":2,\"n_vocab\":151936,\"n_ctx\":131072,"
            "\"n_ctx_train\":131072,\"n_embd\":1024,\"n_params\":596049920,\"size\":1192099840,"
            "\"ftype\":\"F16\"}}]}");
}

static void send_props(Conn *c) {
  char json[2048];
  snprintf(json, sizeof json,
           "{\"default_generation_settings\":{\"params\":{\"temperature\":0.8,\"top_k\":40,"
           "\"top_p\":0.95,\"min_p\":0.05,\"max_tokens\":-1,\"n_predict\":-1},\"n_ctx\":%d},"
           "\"total_slots\":%d,\"model_alias\":\"" MODEL_NAME "\",\"model_ftype\":\"F16\","
           "\"model_path\":\"/models/mock.gguf\","
           "\"modalities\":{\"vision\":false,\"video\":false,\"audio\":false},"
           "\"endpoint_slots\":true,\"endpoint_props\":true,\"endpoint_metrics\":false,"
           "\"chat_template\":\"{%%- for message in messages %%}{{- '<|im_start|>' + message.role +"
           " '\\\\n' + message.content + '<|im_end|>\\\\n' }}{%%- endfor %%}"
           "{%%- if add_generation_prompt %%}{{- '<|im_start|>assistant\\\\n' }}{%%- endif %%}\","
           "\"chat_template_caps\":{\"supports_tool_calls\":true,\"supports_tools\":true,"
           "\"supports_parallel_tool_calls\":true,\"supports_system_role\":true},"
           "\"bos_token\":\"<|endoftext|>\",\"eos_token\":\"<|im_end|>\","
           "\"build_info\":\"" BUILD_INFO "\",\"is_sleeping\":false}",
           CONTEXT_TOKENS, SLOTS);
  send_text(c, 200, json);
}

static void send_slots(Conn *c) {
  char *json = malloc(SLOTS * 128 + 2), *end = json;
  for (uint64_t id = 0; id < SLOTS; id++) {
    end += sprintf(end,
                   "%c{\"id\":%" PRIu64
                   ",\"n_ctx\":%d,\"speculative\":false,\"is_processing\":%s}",
                   id ? ',' : '[', id, CONTEXT_TOKENS, id < stats.active ? "true" : "false");
  }
  end = stpcpy(end, "]");
  send_response(c, 200, json, end - json);
  free(json);
}

static int is_path(const char *path, size_t length, const char *wanted) {
  return length == strlen(wanted) && memcmp(path, wanted, length) == 0;
}

static void send_plain_answer(Conn *c, const char *path, size_t length, const char *query,
                              const char *end) {
  if (is_path(path, length, "/stats")) send_stats(c);
  else if (is_path(path, length, "/control")) control(c, query, end);
  else if (is_path(path, length, "/health")) send_text(c, 200, "{\"status\":\"ok\"}");
  else if (is_path(path, length, "/v1/models") || is_path(path, length, "/models")) send_models(c);
  else if (is_path(path, length, "/props")) send_props(c);
  else if (is_path(path, length, "/slots")) send_slots(c);
  else {
    send_text(c, 404,
              "{\"error\":{\"code\":404,\"message\":\"File Not Found\","
              "\"type\":\"not_found_error\"}}");
  }
}

void route_request(Conn *c) {
  stats.requests++;
  char *path = memchr(c->in, ' ', c->head_length);
  if (!path) {
    close_connection(c, 0);
    return;
  }
  path++;
  size_t length = strcspn(path, " ?\r");
  const char *query = path + length + (path[length] == '?');
  const char *end = query + strcspn(query, " \r");
  if (is_path(path, length, "/v1/chat/completions") || is_path(path, length, "/chat/completions")) {
    c->settings = global_settings;
    start_answer(c);
    return;
  }
  send_plain_answer(c, path, length, query, end);
  c->phase = PHASE_DONE;
  if (flush_output(c) == 1) finish_response(c);
}
