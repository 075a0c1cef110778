import { assertEquals, assertNotEquals } from "@std/assert";
import { claudeThread } from "../../src/http/claude_thread.ts";
import { parseMessagesRequest } from "../../src/protocol/messages/schema.ts";
import { recordedClaudeCode } from "../recorded_claude_code.ts";

const SESSION = "x-claude-code-session-id";

/** The conversation of a recorded request, as if it came in the same session as all others. */
async function threadIn(number: string, more: Record<string, string> = {}) {
  const { headers, body } = await recordedClaudeCode(number);
  const all = new Headers({ ...headers, [SESSION]: "one", ...more });
  return claudeThread(all, parseMessagesRequest(body));
}

Deno.test("`claudeThread()` names the turns of one session alike", async () => {
  const thread = await threadIn("01");
  for (const number of ["02", "04", "13", "25", "26", "35"]) {
    assertEquals(await threadIn(number), thread, number);
  }
  assertNotEquals(await threadIn("01", { [SESSION]: "two" }), thread);
});

Deno.test("`claudeThread()` keeps sub-agents and titles apart from the session's own turns", async () => {
  const threads = [
    await threadIn("01"),
    await threadIn("23"),
    await threadIn("23", { "x-claude-code-agent-id": "another" }),
    await threadIn("29"),
  ];
  assertEquals(new Set(threads).size, 4);
});

Deno.test("`claudeThread()` takes the user's id where no header tells, else nothing", () => {
  const of = (more: object) =>
    claudeThread(
      new Headers(),
      parseMessagesRequest({ messages: [{ role: "user", content: "Hello" }], ...more }),
    );
  assertEquals(of({}), null);
  assertEquals(of({ metadata: { user_id: "" } }), null);
  assertNotEquals(of({ metadata: { user_id: "a" } }), of({ metadata: { user_id: "b" } }));
});
