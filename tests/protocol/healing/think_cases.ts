/** Thinking that a template left in the text, and rules that hold for every format. */
import type { Case } from "./case.ts";

const LS = '{"command":"ls"}';
const CALL = `<tool_call>{"name":"shell","arguments":${LS}}</tool_call>`;
const shell = { call: "shell", args: LS };
const think = { think: true };

export const THINK: readonly Case[] = [
  {
    name: "think tags at the beginning",
    text: "\n<think>\nWhat is a < b?\n</think>\n\nYes.",
    pieces: [{ think: "What is a < b?" }, "Yes."],
    options: think,
  },
  {
    name: "thinking tags",
    text: "<thinking>a</think>b</thinking>c",
    pieces: [{ think: "a</think>b" }, "c"],
    options: think,
  },
  {
    name: "a think tag that is never closed",
    text: "<think>hm \n",
    pieces: [{ think: "hm \n" }],
    options: think,
  },
  {
    name: "a think tag cut in its end",
    text: "<think>hm</thi",
    pieces: [{ think: "hm</thi" }],
    options: think,
  },
  { name: "nothing but empty thinking", text: "<think>\n\n</think>\n", pieces: [], options: think },
  { name: "a lone end", text: "\n</think>\n\nYes.", pieces: ["Yes."], options: think },
  {
    name: "harmony's analysis and final answer",
    text:
      "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes.",
    pieces: [{ think: "Hm." }, "Yes."],
    options: think,
  },
  {
    name: "harmony's analysis and a call",
    text:
      `<|channel|>analysis<|message|>Hm.<|start|>assistant<|channel|>commentary to=functions.shell <|constrain|>json<|message|>${LS}<|call|>`,
    pieces: [{ think: "Hm." }, shell],
    options: think,
  },
  {
    name: "thinking and a call",
    text: `<think>I call ${CALL}.</think>\n${CALL}`,
    pieces: [{ think: `I call ${CALL}.` }, shell],
    options: think,
  },
  {
    name: "thinking and a message that is a call",
    text: `<think>a</think>\n{"name":"shell","arguments":${LS}}`,
    pieces: [{ think: "a" }, shell],
    options: think,
  },
  {
    name: "think tags elsewhere",
    text: "Use <think>a</think> and </think>.",
    pieces: ["Use <think>a</think> and </think>."],
    options: think,
  },
  {
    name: "a second thinking",
    text: "<think>a</think><think>b</think>",
    pieces: [{ think: "a" }, "<think>b</think>"],
    options: think,
  },
];

export const RULES: readonly Case[] = [
  {
    name: "no more calls than may be, nor what follows them",
    text: `a ${CALL} b ${CALL} c`,
    pieces: ["a", shell, "b"],
    options: { most: 1 },
  },
  {
    name: "text behind the last call that may be",
    text: `a ${CALL} b <tool_call>{"name":"rm"}</tool_call>`,
    pieces: ["a", shell, 'b <tool_call>{"name":"rm"}</tool_call>'],
    options: { most: 1 },
  },
  {
    name: "two bare objects where one call may be",
    text: `{"name":"shell","arguments":${LS}}\n{"name":"list","arguments":{}}`,
    pieces: [shell],
    options: { most: 1 },
  },
  {
    name: "discarded calls, with the white space before them",
    text: `a\n${CALL}\nb ${CALL}${CALL} c`,
    pieces: ["a\nb c"],
    options: { discard: true, most: 1 },
  },
  { name: "a message of discarded calls", text: CALL, pieces: [], options: { discard: true } },
  {
    name: "markup of 64 KiB at most",
    text: `<tool_call>{"name":"shell","arguments":{"command":"${"x".repeat(65_000)}"}}</tool_call>`,
    pieces: [{ call: "shell", args: `{"command":"${"x".repeat(65_000)}"}` }],
  },
];

const LONG = `{"name":"shell","arguments":{"command":"${"x".repeat(66_000)}"}}`;

/** Longer markup is text, and so is everything behind it. */
export const TOO_LONG: readonly string[] = [
  `a <tool_call>${LONG}</tool_call> b ${CALL}`,
  `${LONG}`,
  `a <tool_call><function=shell><parameter=command>${"x".repeat(66_000)} ${CALL}`,
  `<tool_call>{"name":"rm","arguments":{"command":"${"x".repeat(66_000)}"}}</tool_call> ${CALL}`,
];
