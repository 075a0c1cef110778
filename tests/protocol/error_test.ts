import { assertEquals } from "@std/assert";
import { ApiError, invalidRequest, openAiErrorBody } from "../../src/protocol/error.ts";

Deno.test("ApiError names its source by its status unless it is told", () => {
  const source = (status: number) => new ApiError("x", { status, type: "t" }).source;
  assertEquals([400, 404, 499, 500, 503].map(source), [
    "client",
    "client",
    "client",
    "chaski",
    "chaski",
  ]);
  const told = new ApiError("x", { status: 400, type: "t", source: "upstream" });
  assertEquals(told.source, "upstream");
});

Deno.test("ApiError keeps its cause to itself", () => {
  const cause = new Error("secret");
  const error = new ApiError("Cannot go on.", { status: 500, type: "t", cause });
  assertEquals(error.cause, cause);
  assertEquals(JSON.stringify(openAiErrorBody(error)).includes("secret"), false);
});

Deno.test("invalidRequest() is a 400 that names the field", () => {
  const error = invalidRequest("Cannot read 'n'.", "n", "invalid_type");
  assertEquals([error.status, error.type], [400, "invalid_request_error"]);
  assertEquals(openAiErrorBody(error), {
    error: {
      message: "Cannot read 'n'.",
      type: "invalid_request_error",
      code: "invalid_type",
      param: "n",
      source: "client",
    },
  });
});

Deno.test("openAiErrorBody() has null where nothing is known", () => {
  const { error } = openAiErrorBody(invalidRequest("Cannot go on."));
  assertEquals([error.code, error.param], [null, null]);
});
