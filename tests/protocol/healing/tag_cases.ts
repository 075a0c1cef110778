/** Calls whose arguments are printed as named texts: Qwen3-Coder, GLM 4, Gemma 4. */
import type { Case } from "./case.ts";

const call = (name: string, args: Record<string, unknown>) => ({
  call: name,
  args: JSON.stringify(args),
});
const ls = call("shell", { command: "ls" });
const list = call("list", {});

export const XML: readonly Case[] = [
  {
    name: "XML as the template has it",
    text:
      "I look.\n<tool_call>\n<function=shell>\n<parameter=command>\nls\n</parameter>\n</function>\n</tool_call>",
    pieces: ["I look.", ls],
  },
  {
    name: "XML without its wrapper",
    text: "<function=shell>\n<parameter=command>\nls\n</parameter>\n</function>",
    pieces: [ls],
  },
  {
    name: "XML with the closing wrapper only",
    text: "<function=shell><parameter=command>ls</parameter></function>\n</tool_call>\n",
    pieces: [ls],
  },
  {
    name: "XML without its wrapper, and text behind it",
    text: "<function=shell><parameter=command>ls</parameter></function>\n\nThat was it.",
    pieces: [ls, "That was it."],
  },
  {
    name: "XML without any closing tag",
    text: "<tool_call>\n<function=shell>\n<parameter=command>\nls\n",
    pieces: [ls],
  },
  {
    name: "XML without </parameter>",
    text: "<tool_call><function=shell><parameter=command>ls</function></tool_call>",
    pieces: [ls],
  },
  {
    name: "XML without </function>",
    text: "<tool_call><function=shell><parameter=command>ls</parameter></tool_call>",
    pieces: [ls],
  },
  {
    name: "XML without closing tags between parameters",
    text: "<function=write><parameter=path>a.txt\n<parameter=content>x\n",
    pieces: [call("write", { path: "a.txt", content: "x" })],
  },
  {
    name: "XML without parameters",
    text: "<tool_call>\n<function=list>\n</function>\n</tool_call>",
    pieces: [list],
  },
  {
    name: "XML without parameters and </function>",
    text: "<function=list></tool_call>",
    pieces: [list],
  },
  {
    name: "XML with two functions in one wrapper",
    text:
      "<tool_call><function=list></function><function=shell><parameter=command>ls</parameter></function></tool_call>",
    pieces: [list, ls],
  },
  {
    name: "XML that ends at the next function",
    text: "<function=shell><parameter=command>ls<function=list></function>",
    pieces: [ls, list],
  },
  {
    name: "XML in two wrappers, the first never closed",
    text:
      "<tool_call><function=shell><parameter=command>ls</parameter></function>\n<tool_call><function=list></function></tool_call>",
    pieces: [ls, list],
  },
  {
    name: "XML in an unclosed wrapper, with text behind it",
    text: "<tool_call><function=shell><parameter=command>ls</parameter></function>\nI wait.",
    pieces: [ls, "I wait."],
  },
  {
    name: "a literal </function> in code",
    text:
      "<tool_call><function=write><parameter=path>\na.xml\n</parameter><parameter=content>\n<function>\n</function>\n</parameter> !\n</parameter>\n</function></tool_call>",
    pieces: [
      call("write", { path: "a.xml", content: "<function>\n</function>\n</parameter> !" }),
    ],
  },
  {
    name: "the whole closing in code, inside of a wrapper",
    text:
      "<tool_call><function=shell><parameter=command>echo '</parameter></function>' # x</parameter></function></tool_call>",
    pieces: [call("shell", { command: "echo '</parameter></function>' # x" })],
  },
  {
    name: "the only parameter takes other parameters' tags",
    text:
      "<function=shell><parameter=command>echo <parameter=path>x</parameter> y</parameter></function>",
    pieces: [call("shell", { command: "echo <parameter=path>x</parameter> y" })],
  },
  {
    name: "an undeclared function's tag in a value",
    text:
      "<tool_call><function=shell><parameter=command>echo <function=rm> x</parameter></function></tool_call>",
    pieces: [call("shell", { command: "echo <function=rm> x" })],
  },
  {
    name: "a wrapper's tag in a value",
    text: "<function=shell><parameter=command>grep '<tool_call>' a</parameter></function>",
    pieces: [call("shell", { command: "grep '<tool_call>' a" })],
  },
  {
    name: "strings byte for byte, with one newline at each side for the tags",
    text:
      '<function=write><parameter=path>a</parameter><parameter=content>\n\n  x &lt; <b>"ü"</b>\\n\r\n\n</parameter></function>',
    pieces: [call("write", { path: "a", content: '\n  x &lt; <b>"ü"</b>\\n\r\n' })],
  },
  {
    name: "strings that look like other values",
    text:
      '<function=write><parameter=path>5</parameter><parameter=content>{"a":1}</parameter></function>',
    pieces: [call("write", { path: "5", content: '{"a":1}' })],
  },
  {
    name: "values typed by the schema",
    text:
      '<function=search>\n<parameter=query>\n1\n</parameter>\n<parameter=limit>\n 10 \n</parameter>\n<parameter=exact>\nTrue\n</parameter>\n<parameter=tags>\n["a", "b"]\n</parameter>\n<parameter=filter>\n{"x": 1.0}\n</parameter>\n<parameter=since>\nnull\n</parameter>\n</function>',
    pieces: [{
      call: "search",
      args:
        '{"query":"1","limit":10,"exact":true,"tags":["a", "b"],"filter":{"x": 1.0},"since":null}',
    }],
  },
  {
    name: "a value that is not of its type stays a string",
    text: "<function=search><parameter=limit>many</parameter></function>",
    pieces: [call("search", { limit: "many" })],
  },
  {
    name: "parameters of a tool without a schema are strings",
    text: "<function=list><parameter=depth>2</parameter></function>",
    pieces: [call("list", { depth: "2" })],
  },
  {
    name: "a parameter named __proto__",
    text: "<function=list><parameter=__proto__>2</parameter></function>",
    pieces: [{ call: "list", args: '{"__proto__":"2"}' }],
  },
  {
    name: "the prefix functions. in XML",
    text: "<function=functions.list></function>",
    pieces: [list],
  },
];

export const GLM: readonly Case[] = [
  {
    name: "GLM 4",
    text:
      "Ok.\n<tool_call>search\n<arg_key>query</arg_key>\n<arg_value>a b</arg_value>\n<arg_key>limit</arg_key>\n<arg_value>5</arg_value>\n</tool_call>",
    pieces: ["Ok.", call("search", { query: "a b", limit: 5 })],
  },
  {
    name: "GLM 4 without newlines",
    text: "<tool_call>shell<arg_key>command</arg_key><arg_value>ls</arg_value></tool_call>",
    pieces: [ls],
  },
  { name: "GLM 4 without arguments", text: "<tool_call>list\n</tool_call>", pieces: [list] },
  {
    name: "GLM 4 without its closing tag",
    text: "<tool_call>shell\n<arg_key>command</arg_key>\n<arg_value>ls</arg_value>\n",
    pieces: [ls],
  },
  {
    name: "GLM 4 with its end tags in a value",
    text:
      "<tool_call>shell\n<arg_key>command</arg_key>\n<arg_value> a</arg_value> b\n</arg_value>\n</tool_call>",
    pieces: [call("shell", { command: " a</arg_value> b\n" })],
  },
  {
    name: "GLM 4, twice",
    text: "<tool_call>list\n</tool_call>\n<tool_call>list\n</tool_call>\nEnd",
    pieces: [list, list, "End"],
  },
];

export const GEMMA: readonly Case[] = [
  {
    name: "Gemma 4",
    text: 'Ok. <|tool_call>call:search{query:<|"|>a "b"\n<|"|>,limit:3}<tool_call|>',
    pieces: ["Ok.", call("search", { query: 'a "b"\n', limit: 3 })],
  },
  {
    name: "Gemma 4 with nested values",
    text:
      '<|tool_call>call:search{query:<|"|>{,]<|"|>, tags:[<|"|>x<|"|>,<|"|>y<|"|>], filter:{a:{b:[1,true,null]}}, exact:false}<tool_call|>',
    pieces: [
      call("search", {
        query: "{,]",
        tags: ["x", "y"],
        filter: { a: { b: [1, true, null] } },
        exact: false,
      }),
    ],
  },
  {
    name: "Gemma 4 without arguments",
    text: "<|tool_call>call:list{}<tool_call|>",
    pieces: [list],
  },
  {
    name: "Gemma 4 without its end, and text behind it",
    text: '<|tool_call>call:shell{command:<|"|>ls<|"|>}\nSo.',
    pieces: [ls, "So."],
  },
  {
    name: "Gemma 4 with quoted names and JSON strings",
    text: '<|tool_call>call:shell{<|"|>command<|"|>:"ls"}<tool_call|>',
    pieces: [ls],
  },
];
