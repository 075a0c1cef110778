import type { Screen } from "./screen.ts";

/** What the demonstration reads of a Responses event; everything but the type may be missing. */
export interface ResponsesEvent {
  readonly type: string;
  readonly output_index?: number;
  readonly delta?: string;
  readonly arguments?: string;
  readonly text?: string;
  readonly item?: { readonly type: string; readonly name?: string; readonly status?: string };
  readonly part?: { readonly type: string };
  readonly response?: ShownResponse;
}

interface ShownResponse {
  readonly id: string;
  readonly status: string;
  readonly usage?: { readonly input_tokens: number; readonly output_tokens: number } | null;
  readonly incomplete_details?: { readonly reason: string } | null;
  readonly error?: { readonly code: string; readonly message: string } | null;
}

/** Shows events one by one. */
export interface EventView {
  /** @param seconds since the request was sent */
  show(event: ResponsesEvent, seconds: number): void;
  /** Ends the line that deltas are still typed on. */
  end(): void;
}

const MARGIN = 12;
const NAME_WIDTH = 40;
const LEAST_TEXT_WIDTH = 20;

/**
 * Writes a line for each event: the time, its name and the one field that tells most. The deltas of one
 * text share a line, typed as they arrive and wrapped on a terminal.
 */
export function eventView(screen: Screen): EventView {
  const indent = " ".repeat(MARGIN + NAME_WIDTH);
  const width = textWidth(screen.columns);
  let typing: string | undefined;
  let used = 0;

  const head = (name: string, seconds: number) => {
    const time = `${seconds.toFixed(3).padStart(MARGIN - 4)} s  `;
    screen.write(`${screen.faint(time)}${name.padEnd(NAME_WIDTH - 1)} `);
  };
  const type = (text: string) => {
    for (const character of visible(text)) {
      const needed = widthOf(character);
      if (used + needed > width) {
        screen.write(`\n${indent}`);
        used = 0;
      }
      used += needed;
      screen.write(screen.green(character));
    }
  };
  const end = () => {
    if (typing !== undefined) screen.write("\n");
    typing = undefined;
  };

  return {
    end,
    show(event, seconds) {
      if (event.delta === undefined) {
        end();
        head(event.type, seconds);
        screen.write(`${visible(telling(event))}\n`);
        return;
      }
      if (typing !== event.type) {
        end();
        head(event.type, seconds);
        typing = event.type;
        used = 0;
      }
      type(event.delta);
    },
  };
}

function textWidth(columns: number | undefined): number {
  if (columns === undefined) return Infinity;
  return Math.max(LEAST_TEXT_WIDTH, columns - MARGIN - NAME_WIDTH - 1);
}

function telling(event: ResponsesEvent): string {
  const { item, part, response } = event;
  if (item) {
    return [`#${event.output_index}`, item.type, item.name, item.status].filter(Boolean).join(" ");
  }
  if (part) return part.type;
  if (event.arguments !== undefined) return event.arguments;
  if (event.text !== undefined) return `${[...event.text].length} characters`;
  return response ? responseText(response, event.type) : "";
}

function responseText(response: ShownResponse, type: string): string {
  const { id, status, usage, error, incomplete_details: details } = response;
  if (type === "response.created") return id;
  const tokens = usage ? `${usage.input_tokens} tokens in, ${usage.output_tokens} out` : undefined;
  const failure = error ? `${error.code}: ${error.message}` : undefined;
  return [status, details?.reason, failure, tokens].filter((part) => part != null).join(", ");
}

// What a model writes must not steer the terminal.
function visible(text: string): string {
  return text.replaceAll(/\r\n|\r|\n/g, "⏎").replaceAll(/\p{Cc}/gu, "\ufffd");
}

// Emoji and East Asian characters take two columns, near enough for a line break.
function widthOf(character: string): number {
  return (character.codePointAt(0) ?? 0) >= 0x1100 ? 2 : 1;
}
