/** Why a llama-server did not start or went away, from its last words. Pure. */
import { ApiError } from "../protocol/error.ts";

/** How a process ended. */
export interface Exit {
  code: number;
  /** `SIGKILL`, `SIGSEGV`; null where it ended by itself. */
  signal: string | null;
}

/** What is known of an end. */
export interface LastWords {
  /** Null while it still runs, and only took too long. */
  exit: Exit | null;
  /** Its last lines, oldest first. */
  lines: readonly string[];
}

/** A sign in the output, and what it means with what to do. */
type Sign = [RegExp, (found: RegExpExecArray) => string];

const SIGNS: readonly Sign[] = [
  [
    /error while loading shared libraries: ([\w.+-]+)|Library not loaded: \S*?([\w.+-]+)(?:\s|$)/,
    ([, linux, mac]) =>
      `llama-server lacks the library ${
        linux ?? mac
      }. Install it, or get a whole llama-server by 'chaski engine install'`,
  ],
  [
    /unknown model architecture: '([^']{1,80})'/,
    ([, name]) =>
      `this llama-server does not know the architecture '${name}'. Get a newer one by 'chaski engine install'`,
  ],
  [
    /out of memory|failed to allocate|unable to allocate|ErrorOutOf(?:Device|Host)Memory|bad_alloc|cannot allocate memory|insufficient memory/i,
    () => TOO_LITTLE_MEMORY,
  ],
  [
    /not within the file bounds|corrupted or incomplete|failed to read magic|invalid magic|failed to read tensor|unexpectedly reached end of file/i,
    () => "its file is damaged or not whole. Get it anew, for example by 'chaski models pull'",
  ],
  [
    /failed to load (?:CLIP|multimodal) model|clip_init/i,
    () =>
      "its projector (mmproj) does not fit. Take it away, or get the one that belongs to the model",
  ],
  [
    /invalid argument: (-[\w-]{1,60})/,
    ([, flag]) =>
      `this llama-server does not know ${flag}. Take it out of the model's args, or get another llama-server`,
  ],
  [
    /error: ([^\n]{1,200}argument[^\n]{0,100})/i,
    () => "llama-server refuses its arguments. Look at the model's settings, its args above all",
  ],
  [
    /failed to open|No such file or directory/i,
    () => "a file of it is gone. Look whether its folder is still there",
  ],
];

const TOO_LITTLE_MEMORY =
  "there is too little memory. Give it a smaller context, take a smaller quantisation, or end what " +
  "else needs memory";

/** By signal, where the output says nothing. */
const SIGNALS: Readonly<Record<string, string>> = {
  SIGKILL: `the system ended llama-server, mostly because ${TOO_LITTLE_MEMORY}`,
  SIGILL: "this llama-server was built for another processor. Get one by 'chaski engine install'",
};

/** Whether it could not take its port, so that another one may do. */
export function wantsAnotherPort({ lines }: LastWords): boolean {
  return lines.some((line) => /couldn't bind|address already in use/i.test(line));
}

/** Why it did not become ready, as the end of a sentence without a full stop and without paths. */
export function reasonOf(words: LastWords): string {
  if (words.exit === null) {
    return toldReason(words) ??
      "it was not ready in time. Raise timeouts.load, if it only is large";
  }
  return toldReason(words) ??
    `llama-server ended with ${howOf(words.exit)} before it was ready. ${LAST_WORDS}`;
}

/** What its words or its end tell; null for nothing that is known. */
function toldReason({ exit, lines }: LastWords): string | null {
  const text = lines.join("\n");
  for (const [sign, tell] of SIGNS) {
    const found = sign.exec(text);
    if (found !== null) return tell(found);
  }
  return exit?.signal ? SIGNALS[exit.signal] ?? null : null;
}

const LAST_WORDS = "Its last words are in Chaski's log";

function howOf({ signal, code }: Exit): string {
  return signal ?? `code ${code}`;
}

/** What those are told who find a model that went away while it served. */
export function hasCrashed(id: string, words: LastWords): ApiError {
  const how = words.exit === null ? "" : ` with ${howOf(words.exit)}`;
  const reason = toldReason(words) ?? LAST_WORDS;
  return new ApiError(
    `Cannot keep the model '${id}' running: llama-server ended${how}; ${reason}.`,
    {
      ...{ status: 503, type: "server_error", code: "model_crashed" },
      ...{ param: "model", source: "upstream", retryAfter: 30 },
    },
  );
}

/**
 * What a request is told whose model cannot be loaded: 400 `invalid_prompt`, because agents repeat
 * whatever says that the server failed, and here no repetition helps (Codex 0.118 to 0.169).
 */
export function cannotLoad(id: string, reason: string): ApiError {
  return new ApiError(`Cannot load the model '${id}': ${reason}.`, {
    status: 400,
    type: "invalid_request_error",
    code: "invalid_prompt",
    param: "model",
    source: "upstream",
  });
}
