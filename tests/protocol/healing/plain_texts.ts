/** Texts that the healer must give back byte for byte. */

const CALL = '<tool_call>{"name":"shell","arguments":{"command":"ls"}}</tool_call>';
const XML = "<function=shell><parameter=command>ls</parameter></function>";

/** Prose, code and data that only look like markup. */
const LOOKALIKES: readonly string[] = [
  "",
  " \n\t ",
  "Just an answer.\n\nWith two paragraphs, and a trailing newline.\n",
  "Emoji 👩‍👩‍👧‍👦 and CRLF\r\nlines\r\n\r\n",
  "A tool call is written between <tool_call> and </tool_call>, with JSON in it.",
  "Use <function=name> and <parameter=key>, then </parameter></function>.",
  "Mistral prints [TOOL_CALLS] before its calls, see [the docs](https://example.org/[x]).",
  "Llama prints <|python_tag|> first; DeepSeek <｜tool▁calls▁begin｜> and <｜tool▁sep｜>.",
  "Kimi's <|tool_calls_section_begin|> and harmony's <|channel|>commentary<|message|>Hi",
  "Gemma: <|tool_call> call: <tool_call|>",
  '<div class="a">\n  <p>5 < 6 && 7 > 3</p>\n</div>\n<tool>\n',
  "const x = a < b ? <T,>(y: T[]) => y[0] : <Tool name={f} call={() => <b>{x}</b>} />;",
  '<function name="shell"><parameter name="command">ls</parameter></function>',
  "function f() { return a[0] < b[1]; } // <tool",
  "| a | b |\n| - | - |\n| <tool_call> | `x` |\n",
  "- [ ] task\n- [x] [T] done\n1. [TOOL",
  "a ~ b ~~c~~ ~~~d\n",
  "An unclosed ` backtick and <b>",
  "x <",
  "[",
  "```",
  "</tool_call>",
  "</parameter></function></tool_call>",
  "<think>not asked for</think>",
];

/** The markup itself, in code. */
const IN_CODE: readonly string[] = [
  `Print \`${CALL}\` to call it.`,
  `Print \`\`${CALL} \` \`\` to call it.`,
  `A span over \`two\n${CALL}\` lines`,
  "```xml\n" + CALL + "\n```\n",
  "Like this:\n\n```\n" + XML + "\n```\nThat is all.",
  "~~~\n" + CALL + "\n```\n" + XML + "\n~~~\n",
  "````md\n```\n" + CALL + "\n```\n" + CALL + "\n````",
  "```json\n" + '{"name":"shell","arguments":{"command":"ls"}}' + "\n```\nis how a call looks.",
  'So:\n```json\n{"name":"shell","arguments":{"command":"ls"}}\n```',
  "  ```js\n  " + CALL + "\n  ```\n",
  "```" + CALL + "``` is a call",
  "```\r\n" + CALL + "\r\n```\r\nend\r\n",
  "An open fence\n```\n" + CALL + "\n``` x\n" + XML,
];

/** JSON that is no call. */
const JSON_ANSWERS: readonly string[] = [
  '{"answer": 42}',
  '{"name": "Ada", "arguments": {"a": 1}}',
  '{"name": "shell", "description": "Runs a command", "parameters": {"type": "object"}}',
  '{"name": "shell"}',
  '{"name": "shell", "arguments": {"command": "ls"}} is what I would call.',
  '{"type": "object", "name": "shell", "arguments": {}}',
  '{"name": "shell", "arguments": {"command": "ls"}',
  '{"name": "search", "arguments": [1, 2',
  '[{"name": "shell", "arguments": {"command": "ls"}}]',
  'Here: {"name": "shell", "arguments": {"command": "ls"}}',
  '```json\n{"answer": 42}\n```',
  '```json\n{"name": "rm", "arguments": {}}\n```',
  '```json\n{"name": "shell", "arguments": {"command": "ls"}}',
];

/** Names that were not declared. */
const UNDECLARED: readonly string[] = [
  '<tool_call>\n{"name": "rm", "arguments": {"path": "/"}}\n</tool_call>\n',
  '<tool_call>{"arguments": {}}</tool_call>',
  '<tool_call>[{"name":"shell","arguments":{}},{"name":"rm","arguments":{}}]</tool_call>',
  "<tool_call>\n<function=rm>\n<parameter=path>\n/\n</parameter>\n</function>\n</tool_call>",
  "<tool_call>rm\n<arg_key>path</arg_key>\n<arg_value>/</arg_value>\n</tool_call>",
  '<|python_tag|>{"name": "rm", "parameters": {}}',
  '[TOOL_CALLS]rm{"path":"/"}',
  '[TOOL_CALLS] [{"name":"rm","arguments":{}}]',
  '<|tool_call>call:rm{path:<|"|>/<|"|>}<tool_call|>',
  "<｜tool▁call▁begin｜>function<｜tool▁sep｜>rm\n```json\n{}\n```<｜tool▁call▁end｜>",
  "<｜tool▁call▁begin｜>rm<｜tool▁sep｜>{}<｜tool▁call▁end｜>",
  "<|tool_call_begin|>functions.rm:0<|tool_call_argument_begin|>{}<|tool_call_end|>",
  "<|channel|>commentary to=functions.rm <|constrain|>json<|message|>{}<|call|>",
  '<tool_call>{"name":"constructor","arguments":{}}</tool_call>',
  '<tool_call>{"name":"Shell","arguments":{}}</tool_call>',
];

/** Markup that is broken, or ends too soon. */
const BROKEN: readonly string[] = [
  '<tool_call>{"name":"shell","arguments":{"command":"ls"',
  '<tool_call>\n{"name":"shell","arg',
  "<tool_call>{'name':'shell','arguments':{'command':'ls'}}</tool_call>",
  '<tool_call>{"name":"shell","arguments":{"command":"a\nb"}}</tool_call>',
  '<tool_call>{"name":"shell","arguments":{"command":"ls"],}</tool_call>',
  '<tool_call>{"name":"shell" "arguments":{}}</tool_call>',
  '<tool_call>{"name":"write","arguments":"no object"}</tool_call>',
  '<tool_call>{"name":"list","arguments":[1]}</tool_call>',
  '<tool_call>{"name":"shell","arguments":{"n":01}}</tool_call>',
  "<tool_call></tool_call>",
  "<tool_call>list",
  "<function=shell>",
  "<function=shell>ls</function>",
  "<function=shell><command>ls</command></function>",
  "<function=shell><parameter=>ls</parameter></function>",
  "<function=shell</parameter>",
  "<tool_call>shell\n<arg_key>command</arg_key>\n<arg_value>ls",
  "<tool_call>shell\n<arg_key>command</arg_key> ls",
  "[TOOL_CALLS]shell",
  '[TOOL_CALLS]shell{"command":"ls"',
  '[TOOL_CALLS][{"name":"shell","arguments":{}},',
  '<|python_tag|>brave_search.call(query="x")',
  '<|tool_call>call:shell{command:<|"|>ls}<tool_call|>',
  "<|tool_call>call:shell{command:ls}<tool_call|>",
  "<｜tool▁call▁begin｜>function<｜tool▁sep｜>shell\n```json\n{\n```<｜tool▁call▁end｜>",
  "<|tool_call_begin|>functions.shell:0{}",
  "<|channel|>commentary to=functions.shell <|constrain|>json<|message|>ls",
  "<|start|>assistant",
];

export const PLAIN_TEXTS: readonly string[] = [
  ...LOOKALIKES,
  ...IN_CODE,
  ...JSON_ANSWERS,
  ...UNDECLARED,
  ...BROKEN,
];
