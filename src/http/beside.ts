import type { ChatRequest } from "../protocol/chat.ts";
import type { Note } from "../protocol/note.ts";
import type { ReasoningDialect } from "../protocol/responses/output/items.ts";
import type { StopWatch } from "../protocol/stop_sequences.ts";

/** What another API asks for beside what the Responses API can say. */
export interface Beside {
  /** How its answers tell thoughts. */
  reasoning: ReasoningDialect;
  /** Further fields for llama-server. */
  chat: Partial<ChatRequest>;
  /** Ends the answer at a text; null where none was named. */
  stop: StopWatch | null;
  /** Said in the model's place; null where the model is asked. */
  instead: string | null;
  /** What of the request could not be told. */
  notes: readonly Note[];
  /** A note on the translated request, in the words of the client's. */
  renamed: (note: Note) => Note;
}
