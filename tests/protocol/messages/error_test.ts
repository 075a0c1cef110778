import { assertEquals } from "@std/assert";
import {
  anthropicErrorBody,
  anthropicStatus,
  isFinal,
} from "../../../src/protocol/messages/error.ts";
import { ApiError, invalidRequest } from "../../../src/protocol/error.ts";
import { llamaError } from "../../../src/protocol/llama_error.ts";

function told(error: ApiError): [status: number, type: string, final: boolean] {
  const { type } = anthropicErrorBody(error, "req_1").error;
  return [anthropicStatus(error), type, isFinal(error)];
}

function failed(status: number): ApiError {
  return new ApiError("Cannot.", { status, type: "server_error" });
}

Deno.test("anthropicErrorBody() says an overflow in the words that make Claude Code compact", () => {
  const error = llamaError(
    400,
    JSON.stringify({
      error: { type: "exceed_context_size_error", message: "", n_prompt_tokens: 900, n_ctx: 512 },
    }),
  );
  assertEquals(anthropicErrorBody(error, "req_1"), {
    type: "error",
    error: {
      type: "invalid_request_error",
      message: "prompt is too long: 900 tokens > 512 maximum",
    },
    request_id: "req_1",
  });
  assertEquals(anthropicStatus(error), 400);
});

Deno.test("anthropicErrorBody() names errors by their status", () => {
  assertEquals(told(invalidRequest("messages: missing")), [400, "invalid_request_error", true]);
  assertEquals(told(failed(401)), [401, "authentication_error", true]);
  assertEquals(told(failed(404)), [404, "not_found_error", true]);
  assertEquals(told(failed(413)), [413, "request_too_large", true]);
  assertEquals(told(failed(429)), [429, "rate_limit_error", false]);
  assertEquals(told(failed(502)), [502, "api_error", false]);
  assertEquals(told(failed(503)), [503, "overloaded_error", false]);
  assertEquals(told(failed(504)), [504, "timeout_error", true]);
});

Deno.test("anthropicStatus() spares Claude Code six requests for what no request can cure", () => {
  const refused = invalidRequest("Cannot build the prompt.", null, "invalid_prompt");
  assertEquals(told(refused), [500, "api_error", true]);
});
