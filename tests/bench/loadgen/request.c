// The request that every connection sends, in the words of the API that the gateway speaks.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loadgen.h"

char *request_bytes;
size_t request_length;

// Inside of a JSON string: escapes and multi-byte characters, as a real prompt has them.
static const char PROMPT[] =
    "Read src/main.ts and explain \\\"why\\\" the loop stalls.\\n\\tconst x = await fetch(url); "
    "// caf\u00e9 \u4f60\u597d\\n";

static char *make_prompt(void) {
  size_t wanted = options.prompt_bytes, piece = sizeof PROMPT - 1, length = 0;
  char *prompt = malloc(wanted + 64);
  if (!wanted) return strcpy(prompt, "Say hello.");
  for (; length + piece < wanted; length += piece) memcpy(prompt + length, PROMPT, piece);
  // Filled up with single bytes: a piece must not be cut inside an escape or a character.
  memset(prompt + length, 'x', wanted - length);
  prompt[wanted] = 0;
  return prompt;
}

static int print_body(char *out, size_t capacity, const char *prompt) {
  const char *stream = options.stream ? "true" : "false";
  switch (options.api) {
    case API_CHAT:
      return snprintf(out, capacity,
                      "{\"model\":\"%s\",\"stream\":%s%s,"
                      "\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]%s}",
                      options.model, stream,
                      options.stream ? ",\"stream_options\":{\"include_usage\":true}" : "",
                      prompt, options.extra_json);
    case API_RESPONSES:
      return snprintf(out, capacity,
                      "{\"model\":\"%s\",\"stream\":%s,\"store\":false,"
                      "\"instructions\":\"You are a coding agent.\","
                      "\"input\":[{\"type\":\"message\",\"role\":\"user\","
                      "\"content\":[{\"type\":\"input_text\",\"text\":\"%s\"}]}]%s}",
                      options.model, stream, prompt, options.extra_json);
    default:
      return snprintf(out, capacity,
                      "{\"model\":\"%s\",\"max_tokens\":8192,\"stream\":%s,"
                      "\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]%s}",
                      options.model, stream, prompt, options.extra_json);
  }
}

static const char *default_path(void) {
  static const char *const paths[] = {"/v1/chat/completions", "/v1/responses", "/v1/messages"};
  return paths[options.api];
}

void build_request(void) {
  char *prompt = make_prompt();
  size_t capacity = strlen(prompt) + strlen(options.extra_json) + 4096;
  char *body = malloc(capacity);
  int body_length = print_body(body, capacity, prompt);
  request_bytes = malloc(body_length + 8192);
  int head_length =
      snprintf(request_bytes, 8192,
               "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n"
               "Accept: %s\r\nAuthorization: Bearer sk-local\r\n%s%sContent-Length: %d\r\n\r\n",
               options.path ? options.path : default_path(), options.port,
               options.stream ? "text/event-stream" : "application/json",
               options.api == API_MESSAGES
                   ? "x-api-key: sk-local\r\nanthropic-version: 2023-06-01\r\n"
                   : "",
               options.headers, body_length);
  memcpy(request_bytes + head_length, body, body_length);
  request_length = head_length + body_length;
  free(body);
  free(prompt);
}
