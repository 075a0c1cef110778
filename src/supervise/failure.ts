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

/** The first one that is found counts. */
const SIGNS: readonly Sign[] = [
  [/^setpriv: failed to execute/m, () => CANNOT_START],
  [
    /(?:loading shared libraries:|Error loading shared library) ([\w.+-]+)|Library not loaded: \S*?([\w.+-]+)(?:\s|$)/,
    ([, linux, mac]) =>
      `llama-server lacks the library ${
        linux ?? mac
      }. Install it, or get a whole llama-server by 'chaski engine install'`,
  ],
  [
    /version `GLIBC\w*_[\d.]+' not found/,
    () => "this llama-server was built for a newer system. Get one by 'chaski engine install'",
  ],
  [
    /unknown model architecture: '([^'\p{Cc}]{1,80})'/u,
    ([, name]) =>
      `this llama-server does not know the architecture '${name}'. Get a newer one by 'chaski engine install'`,
  ],
  [
    /out of memory|(?:failed|unable) to allocate(?!.*pinned memory)|ErrorOutOf(?:Device|Host)Memory|bad_alloc|cannot allocate memory|insufficient memory/i,
    () => TOO_LITTLE_MEMORY,
  ],
  [
    /not within the file bounds|corrupted or incomplete|failed to read (?:magic|header|key-value pairs|tensor)|invalid magic|unexpectedly reached end of file/i,
    () => "its file is damaged or not whole. Get it anew, for example by 'chaski models pull'",
  ],
  [
    /invalid argument: (-[\w-]{1,60})/,
    ([, flag]) =>
      `this llama-server does not know ${flag}. Take it out of the model's args, or get another llama-server`,
  ],
  [
    /error while handling argument "(-[\w-]{1,60})"/,
    ([, flag]) =>
      `llama-server refuses what ${flag} says. Look at the model's settings, its args above all`,
  ],
  [
    /chat template is not supported/,
    () => "its chat template cannot be used. Set template_file to another one",
  ],
  [
    /(?:gguf_init_from_file|error loading model)[^\n]*No such file/,
    () => "a file of it is gone. Look whether its folder is still there",
  ],
  [
    /(?:gguf_init_from_file|error loading model)[^\n]*(?:Permission denied|not permitted)/,
    () => "Chaski may not read one of its files. Look at the rights of the file and its folders",
  ],
  [
    /failed to load (?:CLIP|multimodal) model|clip_init/i,
    () =>
      "its projector (mmproj) does not fit. Take it away, or get the one that belongs to the model",
  ],
];

/** The program is not there, or is none. */
export const CANNOT_START = "llama-server cannot be started. Try 'chaski engine status'";

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
    `llama-server ended with ${howOf(words.exit)} before it was ready. Its ${LAST_WORDS}`;
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

const LAST_WORDS = "last words are in Chaski's log";

function howOf({ signal, code }: Exit): string {
  return signal ?? `code ${code}`;
}

/** What those are told who find a model that went away while it served. */
export function hasCrashed(id: string, words: LastWords): ApiError {
  const how = words.exit === null ? "" : ` with ${howOf(words.exit)}`;
  const reason = toldReason(words) ?? `its ${LAST_WORDS}`;
  return new ApiError(
    `Cannot keep the model '${id}' running: llama-server ended${how}; ${reason}.`,
    {
      ...{ status: 503, type: "server_error", code: "model_crashed" },
      ...{ param: "model", source: "upstream", retryAfter: 30 },
    },
  );
}

/** Why a model cannot be loaded of which files are missing. */
export const MISSING_PARTS =
  "parts of it are missing. Get them all, for example by 'chaski models pull'";

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
