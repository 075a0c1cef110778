/** Calls printed as JSON: Hermes and Qwen, Llama 3, Mistral, DeepSeek, Kimi, harmony. */
import type { Case } from "./case.ts";

const LS = '{"command":"ls"}';
const shell = { call: "shell", args: LS };
const list = { call: "list", args: "{}" };

export const HERMES: readonly Case[] = [
  {
    name: "Hermes, with text around it",
    text: `Let me look.\n\n<tool_call>\n{"name": "shell", "arguments": ${LS}}\n</tool_call>\nDone.`,
    pieces: ["Let me look.", shell, "Done."],
  },
  {
    name: "Hermes on one line",
    text: `<tool_call>{"name":"shell","arguments":${LS}}</tool_call>`,
    pieces: [shell],
  },
  {
    name: "Hermes without its closing tag",
    text: `<tool_call>\n{"name":"shell","arguments":${LS}}`,
    pieces: [shell],
  },
  {
    name: "Hermes without its closing tag, and text behind it",
    text: `<tool_call>\n{"name":"shell","arguments":${LS}}\nThat is all.`,
    pieces: [shell, "That is all."],
  },
  {
    name: "several in a row",
    text:
      `<tool_call>{"name":"shell","arguments":${LS}}</tool_call>\n<tool_call>\n{"name":"list"}\n</tool_call>\n`,
    pieces: [shell, list],
  },
  {
    name: "several in a row that are never closed",
    text: `<tool_call>{"name":"shell","arguments":${LS}}\n<tool_call>{"name":"list"}`,
    pieces: [shell, list],
  },
  {
    name: "two objects in one tag",
    text: `<tool_call>{"name":"shell","arguments":${LS}}\n{"name":"list"}</tool_call>`,
    pieces: [shell, list],
  },
  {
    name: "an array in one tag",
    text: `<tool_call>[{"name":"shell","arguments":${LS}}, {"name":"list"}]</tool_call>`,
    pieces: [shell, list],
  },
  {
    name: "text between two calls",
    text: `<tool_call>{"name":"list"}</tool_call> and \n<tool_call>{"name":"list"}</tool_call>`,
    pieces: [list, "and", list],
  },
  {
    name: "arguments byte for byte",
    text:
      '<tool_call>{"arguments": { "b" : 1.50,\n"a":"\\u00e9 \\/ {" }, "name": "list"}</tool_call>',
    pieces: [{ call: "list", args: '{ "b" : 1.50,\n"a":"\\u00e9 \\/ {" }' }],
  },
  {
    name: "braces, tags and quotes in a string",
    text:
      '<tool_call>{"name":"shell","arguments":{"command":"echo \\"}{</tool_call>\\" # \\\\"}}</tool_call>',
    pieces: [{ call: "shell", args: '{"command":"echo \\"}{</tool_call>\\" # \\\\"}' }],
  },
  {
    name: "arguments inside of a string",
    text: '<tool_call>{"name":"shell","arguments":"{\\"command\\":\\"ls\\"}"}</tool_call>',
    pieces: [shell],
  },
  {
    name: "null arguments",
    text: '<tool_call>{"name":"list","arguments":null}</tool_call>',
    pieces: [list],
  },
  {
    name: "empty arguments in a string",
    text: '<tool_call>{"name":"list","arguments":""}</tool_call>',
    pieces: [list],
  },
  {
    name: "a bare string for the only required parameter",
    text: '<tool_call>{"name":"shell","arguments":"ls -l"}</tool_call>',
    pieces: [{ call: "shell", args: '{"command":"ls -l"}' }],
  },
  {
    name: "an array for the only required parameter",
    text: '<tool_call>{"name":"shell","arguments":["ls", "-l"]}</tool_call>',
    pieces: [{ call: "shell", args: '{"command":"[\\"ls\\", \\"-l\\"]"}' }],
  },
  {
    name: "parameters for arguments",
    text: `<tool_call>{"name":"shell","parameters":${LS}}</tool_call>`,
    pieces: [shell],
  },
  {
    name: "a wrapped function",
    text:
      `<tool_call>{"id":"x","type":"function","function":{"name":"shell","arguments":${LS}}}</tool_call>`,
    pieces: [shell],
  },
  {
    name: "the prefix functions.",
    text: `<tool_call>{"name":"functions.shell","arguments":${LS}}</tool_call>`,
    pieces: [shell],
  },
  {
    name: "a name with dots and underscores",
    text: '<tool_call>{"name":"mcp__git.log","arguments":{"n":3}}</tool_call>',
    pieces: [{ call: "mcp__git.log", args: '{"n":3}' }],
  },
  {
    name: "emoji and CRLF",
    text:
      'Schön 👩‍👩‍👧\r\n\r\n<tool_call>\r\n{"name":"shell","arguments":{"command":"echo 🎉"}}\r\n</tool_call>\r\n',
    pieces: ["Schön 👩‍👩‍👧", { call: "shell", args: '{"command":"echo 🎉"}' }],
  },
  {
    name: "an undeclared call beside a declared one",
    text:
      '<tool_call>{"name":"rm","arguments":{}}</tool_call>\n<tool_call>{"name":"list"}</tool_call>',
    pieces: ['<tool_call>{"name":"rm","arguments":{}}</tool_call>', list],
  },
  {
    name: "a broken call beside a whole one",
    text: '<tool_call>{"name":"shell","arguments":{</tool_call>\n<tool_call>{"name":"list"}',
    pieces: ['<tool_call>{"name":"shell","arguments":{</tool_call>', list],
  },
  {
    name: "a mention of the tag before a call",
    text: 'I use <tool_call> for that: <tool_call>{"name":"list"}</tool_call>',
    pieces: ["I use <tool_call> for that:", list],
  },
  {
    name: "a call behind inline code and a fence",
    text: "Run `ls`:\n```sh\nls\n```\n" + '<tool_call>{"name":"list"}</tool_call>',
    pieces: ["Run `ls`:\n```sh\nls\n```", list],
  },
  {
    name: "a call behind a stray backtick of an earlier paragraph",
    text: 'A stray ` here.\n\n<tool_call>{"name":"list"}</tool_call>',
    pieces: ["A stray ` here.", list],
  },
  {
    name: "a call behind an escaped backtick",
    text: 'An escaped \\` here. <tool_call>{"name":"list"}</tool_call>',
    pieces: ["An escaped \\` here.", list],
  },
];

export const LLAMA: readonly Case[] = [
  {
    name: "the python tag",
    text: `<|python_tag|>{"name": "shell", "parameters": ${LS}}<|eom_id|>`,
    pieces: [shell],
  },
  {
    name: "two calls behind one python tag",
    text: `<|python_tag|> {"name": "shell", "parameters": ${LS}}; {"name":"list","parameters":{}}`,
    pieces: [shell, list],
  },
  {
    name: "a bare object as the whole message",
    text: `\n{"name": "shell", "parameters": ${LS}}\n`,
    pieces: [shell],
  },
  {
    name: "a bare object with arguments first",
    text: `{"arguments": ${LS}, "name": "shell"}`,
    pieces: [shell],
  },
  {
    name: "a bare object with its type",
    text: `{"type": "function", "name": "shell", "parameters": ${LS}}`,
    pieces: [shell],
  },
  {
    name: "a bare object with a wrapped function",
    text: `{"type":"function","function":{"name":"shell","arguments":${LS}}}`,
    pieces: [shell],
  },
  {
    name: "two bare objects",
    text: `{"name":"shell","parameters":${LS}}; {"name":"list","parameters":{}}`,
    pieces: [shell, list],
  },
  {
    name: "a fence as the whole message",
    text: '```json\n{\n  "name": "shell",\n  "arguments": ' + LS + "\n}\n```\n",
    pieces: [shell],
  },
  {
    name: "Llama's function tag with JSON",
    text: `<function=shell>${LS}</function>`,
    pieces: [shell],
  },
];

export const MISTRAL: readonly Case[] = [
  {
    name: "Mistral's array",
    text: `[TOOL_CALLS] [{"name": "shell", "arguments": ${LS}, "id": "abcdefghi"}]`,
    pieces: [shell],
  },
  {
    name: "Mistral's array with two calls and text before it",
    text: `I do both.[TOOL_CALLS][{"name":"shell","arguments":${LS}},{"name":"list"}]`,
    pieces: ["I do both.", shell, list],
  },
  { name: "Mistral's name and object", text: `[TOOL_CALLS]shell${LS}`, pieces: [shell] },
  {
    name: "Mistral's name and object, twice",
    text: `[TOOL_CALLS]shell${LS}[TOOL_CALLS]list{}`,
    pieces: [shell, list],
  },
  {
    name: "Mistral's name, id and object",
    text: `[TOOL_CALLS]shell[CALL_ID]a1B2c3D4e[ARGS]${LS}`,
    pieces: [shell],
  },
  { name: "Mistral's name and [ARGS]", text: `[TOOL_CALLS]shell[ARGS]${LS}`, pieces: [shell] },
];

const R1 = "<｜tool▁call▁begin｜>function<｜tool▁sep｜>shell\n```json\n" + LS +
  "\n```<｜tool▁call▁end｜>";
const V31 = "<｜tool▁call▁begin｜>list<｜tool▁sep｜>{}<｜tool▁call▁end｜>";

export const DEEPSEEK: readonly Case[] = [
  {
    name: "DeepSeek R1",
    text: `Ok.\n\n<｜tool▁calls▁begin｜>${R1}<｜tool▁calls▁end｜>`,
    pieces: ["Ok.", shell],
  },
  {
    name: "DeepSeek R1, twice and without the outer markers",
    text: `${R1}\n${R1}`,
    pieces: [shell, shell],
  },
  {
    name: "DeepSeek V3.1",
    text: `<｜tool▁calls▁begin｜>${V31}${V31}<｜tool▁calls▁end｜>Then.`,
    pieces: [list, list, "Then."],
  },
  {
    name: "DeepSeek V3.1 without ends",
    text: `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>shell<｜tool▁sep｜>${LS}`,
    pieces: [shell],
  },
  {
    name: "DeepSeek with an undeclared second call",
    text: `${V31}<｜tool▁call▁begin｜>rm<｜tool▁sep｜>{}<｜tool▁call▁end｜>`,
    pieces: [list, "<｜tool▁call▁begin｜>rm<｜tool▁sep｜>{}<｜tool▁call▁end｜>"],
  },
];

const kimi = (name: string, args: string) =>
  `<|tool_call_begin|>${name}<|tool_call_argument_begin|>${args}<|tool_call_end|>`;

export const KIMI_AND_HARMONY: readonly Case[] = [
  {
    name: "Kimi K2",
    text: `Ok. <|tool_calls_section_begin|>${
      kimi("functions.shell:0", LS)
    }<|tool_calls_section_end|>`,
    pieces: ["Ok.", shell],
  },
  {
    name: "Kimi K2 with two calls and white space",
    text: `<|tool_calls_section_begin|>\n${kimi("functions.shell:0", LS)}\n${
      kimi(" functions.list:1 ", "{}")
    }\n<|tool_calls_section_end|>\n`,
    pieces: [shell, list],
  },
  { name: "Kimi K2 without a section", text: kimi("functions.shell:12", LS), pieces: [shell] },
  { name: "Kimi K2 without prefix and number", text: kimi("shell", LS), pieces: [shell] },
  {
    name: "harmony",
    text: `<|channel|>commentary to=functions.shell <|constrain|>json<|message|>${LS}<|call|>`,
    pieces: [shell],
  },
  {
    name: "harmony with a start, the recipient first and no end",
    text: `Now.<|start|>assistant to=functions.shell<|channel|>commentary json<|message|>${LS}`,
    pieces: ["Now.", shell],
  },
  {
    name: "harmony in the analysis channel",
    text: `<|start|>assistant<|channel|>analysis to=shell code<|message|>${LS}<|call|>`,
    pieces: [shell],
  },
];
