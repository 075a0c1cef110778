import { assertEquals } from "@std/assert";
import { eventView, type ResponsesEvent } from "./event_view.ts";
import { screenOn } from "./screen.ts";

function shown(events: ResponsesEvent[], columns?: number): string[] {
  let text = "";
  const view = eventView(screenOn({ write: (piece) => text += piece, columns, colors: false }));
  for (const event of events) view.show(event, 0.5);
  view.end();
  return text.split("\n");
}

const delta = (delta: string) => ({ type: "response.output_text.delta", delta });

Deno.test("eventView() types the deltas of one text on one line", () => {
  assertEquals(shown([delta("Hel"), delta("lo"), { type: "response.done", text: "Hello" }]), [
    "   0.500 s  response.output_text.delta              Hello",
    "   0.500 s  response.done                           5 characters",
    "",
  ]);
});

Deno.test("eventView() wraps deltas below their beginning", () => {
  const lines = shown([delta("abcdefghijklmnopqrst"), delta("uv🦙")], 73);
  assertEquals(lines.map((line) => line.slice(52)), ["abcdefghijklmnopqrst", "uv🦙", ""]);
  assertEquals(lines[1]?.slice(0, 52).trim(), "");
});

Deno.test("eventView() lets no text steer the terminal", () => {
  const [line] = shown([delta("a\x1b[2Jb\r\nc\x07")]);
  assertEquals(line?.slice(52), "a\ufffd[2Jb⏎c\ufffd");
});

Deno.test("eventView() tells what matters of an item and of the end", () => {
  const item = { type: "function_call", name: "get_weather", status: "completed" };
  const response = {
    id: "resp_1",
    status: "failed",
    usage: { input_tokens: 3, output_tokens: 4 },
    error: { code: "server_error", message: "Cannot go on" },
  };
  const lines = shown([
    { type: "response.output_item.done", output_index: 1, item },
    { type: "response.failed", response },
  ]);
  assertEquals(lines.map((line) => line.slice(52)), [
    "#1 function_call get_weather completed",
    "failed, server_error: Cannot go on, 3 tokens in, 4 out",
    "",
  ]);
});
