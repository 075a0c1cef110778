/**
 * A Responses conversation as chat messages that every template accepts.
 *
 * At most one system message, first; then a user turn, and from there user and assistant in turn;
 * every call followed by its output; a user turn or a tool's output last. What a history lacks for
 * that is filled in with the fixed texts below. Once its calls are answered, a turn's rendering
 * depends on nothing that comes later: a longer conversation repeats the prompt of a shorter one.
 */
import type { ChatMessage, ChatPart, ChatToolCall } from "../../chat.ts";
import { systemUpdate } from "../../system_text.ts";
import { type Answers, callNamer, pairAnswers } from "./calls.ts";
import type { CallStep, OutputStep, Step } from "./step_types.ts";
import { append, plainText, textPart } from "./parts_chat.ts";
import { type Context, note } from "../translation_context.ts";

/** A user turn where the client gave none: before an assistant's first, after its last. */
const GO_ON = "Continue.";
/** An assistant turn between a tool's output and the user, for templates that want strict turns. */
const ACKNOWLEDGED = "(continuing)";
const NO_OUTPUT = "(no output)";
const UNANSWERED = "[no output was recorded for this call]";
const UNMATCHED = "[output of a tool call that is not part of this conversation]";
const IMAGE_FOLLOWS = "[image: shown in the next message]";

/** The turn that is still being said. */
type Turn =
  | { role: "user"; parts: ChatPart[] }
  | { role: "assistant"; reasoning: string[]; texts: string[]; calls: Set<CallStep> };

interface Transcript {
  messages: ChatMessage[];
  turn: Turn | null;
  answers: Answers;
  nameCall: (key: string | null) => string;
  context: Context;
}

/**
 * Builds the messages. `instructions` and the system texts before the first turn become the
 * system message; later ones keep their place, marked, inside a user turn.
 */
export function chatMessages(
  instructions: string | null | undefined,
  steps: readonly Step[],
  context: Context,
): ChatMessage[] {
  const system = instructions ? [instructions.toWellFormed()] : [];
  const transcript: Transcript = {
    messages: [],
    turn: null,
    answers: pairAnswers(steps),
    nameCall: callNamer(),
    context,
  };
  let leading = true;
  for (const step of steps) {
    leading &&= step.kind === "system";
    if (leading && step.kind === "system") system.push(step.text);
    else take(transcript, step);
  }
  finish(transcript);
  const { messages } = transcript;
  if (system.length === 0) return messages;
  return [{ role: "system", content: system.join("\n\n") }, ...messages];
}

function take(transcript: Transcript, step: Step): void {
  switch (step.kind) {
    case "system":
      return say(transcript, [textPart(systemUpdate(step.text))]);
    case "user":
      return say(transcript, step.parts);
    case "output":
      return takeOutput(transcript, step);
    case "assistant":
      assistantTurn(transcript).texts.push(step.text);
      return;
    case "reasoning":
      assistantTurn(transcript).reasoning.push(step.text);
      return;
    case "call":
      assistantTurn(transcript).calls.add(step);
  }
}

/** The first output ends its turn; all of them are written there, in the order of the calls. */
function takeOutput(transcript: Transcript, step: OutputStep): void {
  const call = transcript.answers.to.get(step);
  if (call === undefined) {
    const message = "The output of an unknown call was given to the model as a user's text.";
    note(transcript.context, "output_unmatched", step.param, message);
    const parts = [textPart(UNMATCHED)];
    for (const part of step.parts) append(parts, part, "\n");
    say(transcript, parts);
  } else if (transcript.turn?.role === "assistant" && transcript.turn.calls.has(call)) {
    endTurn(transcript);
  }
}

function assistantTurn(transcript: Transcript): Extract<Turn, { role: "assistant" }> {
  if (transcript.turn?.role === "assistant") return transcript.turn;
  if (transcript.turn === null && transcript.messages.length === 0) {
    say(transcript, [textPart(GO_ON)]);
  }
  endTurn(transcript);
  const turn = { role: "assistant" as const, reasoning: [], texts: [], calls: new Set<CallStep>() };
  transcript.turn = turn;
  return turn;
}

/** Adds to the user's turn: neighbouring messages become one, a blank line between their texts. */
function say(transcript: Transcript, parts: readonly ChatPart[]): void {
  if (transcript.turn?.role === "assistant") endTurn(transcript);
  // Ending an assistant's turn opens a user's where its tools returned images.
  if (transcript.turn?.role !== "user") transcript.turn = userTurn(transcript);
  const said = transcript.turn.parts;
  for (const [i, part] of parts.entries()) append(said, part, i === 0 ? "\n\n" : "\n");
}

function userTurn({ messages, context }: Transcript): Extract<Turn, { role: "user" }> {
  if (messages.at(-1)?.role === "tool" && context.facts.alternates !== false) {
    messages.push({ role: "assistant", content: ACKNOWLEDGED });
  }
  return { role: "user", parts: [] };
}

function endTurn(transcript: Transcript): void {
  const { turn } = transcript;
  transcript.turn = null;
  if (turn?.role === "user") {
    transcript.messages.push({ role: "user", content: asContent(turn.parts) });
  } else if (turn !== null) writeAssistant(transcript, turn);
}

/** Writes the assistant's message and its outputs; images follow in a user turn. */
function writeAssistant(
  transcript: Transcript,
  turn: Extract<Turn, { role: "assistant" }>,
): void {
  const { messages, answers, nameCall, context } = transcript;
  const calls = [...turn.calls].map((call) => ({ call, id: nameCall(call.key) }));
  const said = saidIn(turn, context);
  const apart = context.facts.singleCalls === true && calls.length > 1;
  for (const [i, group] of (apart ? calls.map((one) => [one]) : [calls]).entries()) {
    const own = i === 0 ? said : { content: "" };
    const tool_calls = group.map(({ call, id }) => toolCall(call, id));
    messages.push({ role: "assistant", ...own, ...(group.length > 0 && { tool_calls }) });
    for (const { call, id } of group) {
      const content = outputText(answers.of.get(call));
      messages.push({ role: "tool", tool_call_id: id, content });
    }
  }
  const images = calls.flatMap(({ call }): ChatPart[] => {
    const shown = answers.of.get(call)?.parts.filter((part) => part.type === "image_url") ?? [];
    return shown.length === 0 ? [] : [textPart(`[image from ${call.name}]`), ...shown];
  });
  if (images.length > 0) say(transcript, images);
}

/** A turn's text and thought. */
function saidIn(
  { texts, reasoning, calls }: Extract<Turn, { role: "assistant" }>,
  { facts }: Context,
): { content: string; reasoning_content?: string } {
  const joined = facts.hidesText === true && calls.size > 0 && reasoning.length > 0;
  const thoughts = joined ? [...reasoning, ...texts] : reasoning;
  return {
    content: joined ? "" : texts.join("\n\n"),
    ...(thoughts.length > 0 && { reasoning_content: thoughts.join("\n\n") }),
  };
}

function toolCall(call: CallStep, id: string): ChatToolCall {
  return { id, type: "function", function: { name: call.name, arguments: call.arguments } };
}

/** Never blank: a small model takes silence for a failure. */
function outputText(output: OutputStep | undefined): string {
  if (output === undefined) return UNANSWERED;
  const text = plainText(output.parts, IMAGE_FOLLOWS);
  return text.trim() === "" ? NO_OUTPUT : text;
}

/** llama-server would go on writing a last assistant message instead of answering it. */
function finish(transcript: Transcript): void {
  endTurn(transcript);
  const last = transcript.messages.at(-1);
  if (transcript.turn === null && last?.role !== "user" && last?.role !== "tool") {
    say(transcript, [textPart(GO_ON)]);
  }
  endTurn(transcript);
}

function asContent(parts: ChatPart[]): string | ChatPart[] {
  const [first, ...others] = parts;
  return others.length === 0 && first?.type === "text" ? first.text : parts;
}
