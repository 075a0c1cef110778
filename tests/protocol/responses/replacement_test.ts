/** Histories of which a compaction inside a turn has replaced the beginning. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ChatMessage } from "../../../src/protocol/chat.ts";
import type { Item } from "../../../src/protocol/responses/history/items.ts";
import {
  openReplacement,
  type Replacement,
  replacementOf,
  showsImage,
  standingItems,
} from "../../../src/protocol/responses/replacement.ts";
import {
  assistant,
  call,
  functionTool,
  messagesOf,
  notesOf,
  omit,
  output,
  PIXEL,
  refusalOf,
  translate,
  user,
} from "./translating.ts";

const { unseal } = omit;
const developer = (content: string) => ({ role: "developer", content });
const compacted = (said: Partial<Replacement> = {}) => ({
  type: "compaction",
  encrypted_content: `replacement:${
    JSON.stringify({ system: [], summary: "A llama is wanted.", user: "", ...said })
  }`,
});
const NOTES = "Notes on the conversation so far, which they replace:\n\nA llama is wanted.";
const replaced = (items: unknown[], most = 1000) =>
  replacementOf(items as Item[], { summary: "S", most, unseal });

Deno.test("`toChat()` reads nothing of what the newest compaction of a turn has replaced", () => {
  const input = [
    user("I want a llama."),
    // Nothing of this could be read.
    { type: "compaction", encrypted_content: "foreign" },
    { type: "item_reference", id: "msg_1" },
    { role: "user", content: [{ type: "input_image", file_id: "file_1" }] },
    call("c1"),
    output("c1"),
    compacted({ summary: "Old." }),
    assistant("Which one?"),
    compacted(),
    assistant("Go on."),
    user("A brown one."),
  ];
  assertEquals(messagesOf(input), [
    { role: "user", content: NOTES },
    { role: "assistant", content: "Go on." },
    { role: "user", content: "A brown one." },
  ]);
  assertEquals(notesOf({ input }), []);
});

Deno.test("`toChat()` names the item behind a compaction by its own place", () => {
  const broken = { role: "user", content: [{ type: "input_image", file_id: "file_1" }] };
  const input = [user("a"), assistant("b"), compacted(), user("c"), broken];
  assertEquals(refusalOf({ input }).param, "input[4].content[0].file_id");
  const earlier = [user("a"), compacted()] as Item[];
  const options = { ...omit, earlier };
  const { param } = refusalOf({ input: [user("c"), broken] }, undefined, options);
  assertEquals(param, "input[1].content[0].file_id");
});

Deno.test("`toChat()` keeps the system's leading texts, or takes those that were sealed", () => {
  const item = compacted({ system: ["Sealed."], user: "A brown one." });
  const notes = `${NOTES}\n\nThe user's last message, word for word:\n\nA brown one.`;
  const said = (system: string): ChatMessage[] => [
    { role: "system", content: system },
    { role: "user", content: notes },
  ];
  const before = [developer("Be brief."), developer("Be kind."), user("a"), developer("Later.")];
  assertEquals(messagesOf([...before, item]), said("Be brief.\n\nBe kind."));
  assertEquals(messagesOf([item]), said("Sealed."));
  assertEquals(
    translate({ input: [item], instructions: "I." }).chat.messages,
    said("I.\n\nSealed."),
  );
});

Deno.test("`toChat()` keeps a call whose output comes behind its compaction", () => {
  const calls = [call("c1"), call("c2")];
  const input = [user("a"), ...calls, output("c1"), compacted(), call("c3")];
  const messages = messagesOf([...input, output("c2", "late"), output("c3")]);
  assertEquals(messages.map(({ role }) => role), ["user", "assistant", "tool", "tool"]);
  assertEquals(messages[2]?.content, "late");
  assertEquals(notesOf({ input: [...input, output("c2"), output("c3")] }), []);
});

Deno.test("`toChat()` still offers the tools that were found before a compaction", () => {
  const search = { type: "tool_search_call", call_id: "s1", arguments: { query: "x" } };
  const found = { type: "tool_search_output", call_id: "s1", tools: [functionTool("paint")] };
  const added = { type: "additional_tools", tools: [functionTool("draw")] };
  const input = [user("a"), added, search, found, compacted(), user("b")];
  const { chat } = translate({ input, tools: [{ type: "tool_search", execution: "client" }] });
  assertEquals(chat.tools?.map((tool) => tool.function.name), ["tool_search", "draw", "paint"]);
  assertStringIncludes(JSON.stringify(chat.messages), "- paint");
});

Deno.test("`toChat()` asks for a summary of what stands alone", () => {
  const input = [user("a"), compacted(), assistant("b"), { type: "compaction_trigger" }];
  const messages = messagesOf(input);
  assertEquals(messages.map(({ role }) => role), ["user", "assistant", "user"]);
  assertEquals(messages[0]?.content, NOTES);
});

Deno.test("`standingItems()` gives the same items once more", () => {
  const items = [
    ...[developer("s"), user("a"), call("c1"), call("c2"), output("c1")],
    ...[compacted(), assistant("b"), user("c")],
  ] as Item[];
  const standing = standingItems(items, unseal);
  assertEquals(standing, [0, 5, 3, 6, 7].map((i) => items[i]!));
  assertEquals(standingItems(standing, unseal), standing);
  assertEquals(standingItems(items.slice(0, 5), unseal), items.slice(0, 5));
});

const OMITTED = "[image omitted: the conversation was summed up]";

Deno.test("`replacementOf()` carries the user's last words, and the system's first ones", () => {
  const image = { type: "input_image", image_url: PIXEL };
  const last = { role: "user", content: [{ type: "input_text", text: "And\ud800 this." }, image] };
  const before = [developer("s"), user("old"), assistant("b"), user("Look."), last];
  assertEquals(replaced([...before, call("c"), output("c")]), {
    ...{ system: ["s"], summary: "S", user: `Look.\n\nAnd\ufffd this.\n${OMITTED}` },
  });
  const file = { type: "input_file", filename: "a.txt", file_data: btoa("It says so.") };
  const { user: read } = replaced([{ role: "user", content: [file] }]);
  assertEquals(read, '<file name="a.txt">\nIt says so.\n</file>');
  assertEquals(replaced([assistant("b")]), { system: [], summary: "S", user: "" });
});

Deno.test("`replacementOf()` hands on what an earlier compaction carried", () => {
  const before = compacted({ system: ["s"], user: "Paint it." });
  const carried = { system: ["s"], summary: "S", user: "Paint it." };
  assertEquals(replaced([user("a"), before, call("c"), output("c")]), carried);
  assertEquals(replaced([before, user("New.")]), { ...carried, user: "New." });
});

Deno.test("`replacementOf()` leaves out the middle of words that are too long", () => {
  const { user: words } = replaced([user(`${"a".repeat(50)}${"b".repeat(50)}`)], 10);
  assertEquals(words, "aaaaa\n[...]\nbbbbb");
  for (const most of [0, 1]) assertEquals(replaced([user("abc")], most).user, "\n[...]\n");
});

Deno.test("`showsImage()` looks at the user's last words behind the newest compaction", () => {
  const shown = { role: "user", content: [{ type: "input_image", image_url: PIXEL }] };
  const shows = (...items: unknown[]) => showsImage(items as Item[], unseal);
  assert(shows(user("a"), shown, call("c"), output("c")));
  assert(shows(shown, user("And?")));
  assert(!shows(shown, assistant("b"), user("And?")));
  assert(!shows(shown, compacted(), call("c"), output("c")));
  assert(!shows(assistant("b")));
});

Deno.test("`openReplacement()` opens its own seal alone", () => {
  const item = compacted() as Item;
  assertEquals(openReplacement(item, unseal)?.summary, "A llama is wanted.");
  for (const encrypted_content of ["compaction:Old.", "foreign", ""]) {
    assertEquals(openReplacement({ type: "compaction", encrypted_content }, unseal), null);
  }
  assertEquals(openReplacement(user("a") as Item, unseal), null);
});
