const list = (words: string) => words.split(" ");
const spaced = (words: string) => list(words).map((word) => ` ${word}`);

/** Words that an answer may start with. */
export const START = list("Sure Hello Yes Here The");

/** What answers are made of. */
export const ANSWER = spaced(
  "the a small quick brown old llama fox dog river stone path village walks jumps runs sleeps along " +
    "over near under and while morning light warms green hills carries messages slowly today",
);

/** What thoughts are made of. */
export const THINK = spaced(
  "maybe hmm wait let us check this first then compare again so it seems fine now done",
);

/** What JSON strings are filled with. */
export const VALUES = list("Cusco Lima Quito Paris Oslo Kyoto");

/** Words of prompts and tool calls, so that usual prompts take few tokens. */
export const PROMPT_WORDS = [
  ...list(
    "system user assistant tool analysis final commentary developer name arguments location city query " +
      "path command function parameter type true false null caf ana ma What is weather in You are " +
      "helpful test count to json functions string object properties required description tools",
  ),
  ...spaced(
    "is in weather helpful to of caf ma What You are for you with tools function assistant test number",
  ),
];

/** Punctuation and line ends that the chain walks over as one token. */
export const JOINTS = [" And", "\n\n", ">\n", '":', '",', '{"', '"}'];
