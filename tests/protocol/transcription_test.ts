import { assertEquals, assertThrows } from "@std/assert";
import { ApiError } from "../../src/protocol/error.ts";
import { parseTranscription, transcriptionForm } from "../../src/protocol/transcription.ts";

function form(fields: Record<string, string | File>): FormData {
  const made = new FormData();
  for (const [name, value] of Object.entries(fields)) made.append(name, value);
  return made;
}

const FILE = new File(["RIFF"], "a.wav", { type: "audio/wav" });

Deno.test("parseTranscription() reads model and stream", () => {
  const { model, stream } = parseTranscription(form({ file: FILE }));
  assertEquals([model, stream], [null, false]);
  const asked = parseTranscription(form({ file: FILE, model: "m", stream: "true" }));
  assertEquals([asked.model, asked.stream], ["m", true]);
});

for (
  const [what, fields, param] of [
    ["no file", { model: "m" }, "file"],
    ["a file that is text", { file: "RIFF" }, "file"],
    ["a model that is a file", { file: FILE, model: FILE }, "model"],
  ] as const
) {
  Deno.test(`parseTranscription() refuses ${what}`, () => {
    const error = assertThrows(() => parseTranscription(form(fields)), ApiError);
    assertEquals([error.status, error.param], [400, param]);
  });
}

const sentOf = (asked: FormData) => transcriptionForm(parseTranscription(asked), "own");

Deno.test("transcriptionForm() changes the model, and says whether it streams", () => {
  const sent = sentOf(form({ model: "m", prompt: "hé", file: FILE, x: "1" }));
  assertEquals([...sent.keys()], ["prompt", "file", "x", "model", "stream"]);
  assertEquals([sent.get("prompt"), sent.get("file"), sent.get("model")], ["hé", FILE, "own"]);
  assertEquals(sent.get("stream"), "false");
});

Deno.test("transcriptionForm() says what was read where a field came twice", () => {
  const twice = form({ file: FILE, model: "a", stream: "true" });
  for (const [name, value] of [["model", "b"], ["stream", "false"]] as const) {
    twice.append(name, value);
  }
  assertEquals(parseTranscription(twice).stream, true);
  const sent = sentOf(twice);
  assertEquals([sent.getAll("model"), sent.getAll("stream")], [["own"], ["true"]]);
});
