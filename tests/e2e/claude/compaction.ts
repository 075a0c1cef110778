import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { lastWords, said } from "../../claude/said.ts";
import type { FakeStage } from "../../claude/stage.ts";
import { chatMessages } from "../../clients/offered.ts";
import { stream, text } from "../../fake_llama/answers.ts";
import type { RecordedRequest } from "../../fake_llama/request.ts";
import { delay, failure, type Script } from "../../fake_llama/script.ts";
import type { FakeScenario } from "./scenario.ts";

/** A conversation that outgrows the context. */
export const compaction: readonly FakeScenario[] = [
  {
    upstream: "fake",
    name: "an overflow is compacted, and the turn goes on",
    run: (stage) => overflow(stage, false),
  },
  {
    upstream: "fake",
    name: "an overflow that is noticed late is compacted",
    run: (stage) => overflow(stage, true),
  },
  {
    upstream: "fake",
    name: "a full context is compacted by its usage",
    // 2.1.197 goes on until the prompt is refused.
    since: "2.1.330",
    run: byUsage,
  },
  { upstream: "fake", name: "/compact", run: byCommand },
  { upstream: "fake", name: "an overflow of the first prompt is told", run: firstPrompt },
];

const OVERFLOW = failure(
  400,
  "exceed_context_size_error",
  "the request exceeds the available context size. try increasing the context size or enable context shift",
  { n_prompt_tokens: 40_000, n_ctx: 32_768 },
);

const SUMMARY = "The user greeted three times.";

function isCompaction({ body }: RecordedRequest): boolean {
  return JSON.stringify(chatMessages(body).at(-1)).includes("Respond with TEXT ONLY");
}

function summaryOrAnswer(request: RecordedRequest): Script {
  return text(isCompaction(request) ? `<summary>${SUMMARY}</summary>` : "Answer 4.");
}

/** Three exchanges. */
async function converse({ claude, fake }: Pick<FakeStage, "claude" | "fake">): Promise<void> {
  for (const n of [1, 2, 3]) {
    fake.reply(text(`Answer ${n}.`));
    const more = n === 1 ? [] : ["--continue"];
    assertEquals(said(await claude.run(...more, `Question ${n}.`)), `Answer ${n}.`);
  }
}

async function overflow({ claude, fake }: FakeStage, late: boolean): Promise<void> {
  await converse({ claude, fake });
  // Chaski's 200 is out after two seconds: then Claude Code asks once more, without a stream.
  if (late) fake.reply(delay(2500), OVERFLOW);
  fake.reply(OVERFLOW);
  for (let i = 0; i < 3; i++) fake.reply(summaryOrAnswer);
  assertEquals(said(await claude.run("--continue", "Question 4.")), "Answer 4.");
  const later = fake.requests.slice(3);
  assertEquals(later.map(isCompaction), [...(late ? [false] : []), false, true, false]);
  assertRebuilt(later.at(-1));
}

async function byUsage({ claude, fake }: FakeStage): Promise<void> {
  fake.reply(text("Answer 1."));
  assertEquals(said(await claude.run("Question 1.")), "Answer 1.");
  fake.reply(stream({ text: "Answer 2.", usage: { prompt: 30_000 } }));
  assertEquals(said(await claude.run("--continue", "Question 2.")), "Answer 2.");
  for (let i = 0; i < 3; i++) fake.reply(summaryOrAnswer);
  assertEquals(said(await claude.run("--continue", "Question 4.")), "Answer 4.");
  assertEquals(fake.requests.slice(2).map(isCompaction), [true, false]);
  assertRebuilt(fake.requests.at(-1));
}

async function byCommand({ claude, fake }: FakeStage): Promise<void> {
  await converse({ claude, fake });
  fake.reply(summaryOrAnswer);
  const run = await claude.run("--continue", "/compact");
  assertEquals(run.code, 0, run.stderr);
  fake.reply(summaryOrAnswer);
  assertEquals(said(await claude.run("--continue", "Question 4.")), "Answer 4.");
  assertEquals(fake.requests.slice(3).map(isCompaction), [true, false]);
  assertRebuilt(fake.requests.at(-1));
}

/** The conversation goes on from the summary; what it stands for is gone. */
function assertRebuilt(request: RecordedRequest | undefined): void {
  const asked = JSON.stringify(chatMessages(request?.body));
  assertStringIncludes(asked, SUMMARY);
  assertStringIncludes(asked, "Question 4.");
  // The newest messages are kept as they were.
  assert(!asked.includes("Question 1."), asked);
}

async function firstPrompt({ claude, fake }: FakeStage): Promise<void> {
  fake.reply(OVERFLOW);
  assertStringIncludes(lastWords(await claude.run("Hello.")), "Prompt is too long");
  assertEquals(fake.requests.length, 1);
}
