/** Many clients at once, each of which sends one request after the other. */
import { type Api, APIS } from "./load_requests.ts";

export interface LoadOptions {
  url: string;
  clients: number;
  /** Milliseconds after which no further request is sent. */
  ms: number;
  /** The same seed sends the same requests, as far as time allows. */
  seed: number;
  /** The models that a client asks. */
  modelsOf(client: number): readonly string[];
  /** The share of requests whose client hangs up in the middle. */
  leaving: number;
}

/** One request. */
export interface Sent {
  api: string;
  model: string;
  /** `performance.now()`. */
  from: number;
  to: number;
  /** What was wrong with the answer; null for nothing, also where the client hung up. */
  problem: string | null;
  left: boolean;
}

/** Milliseconds after which a request counts as one that waits for ever. */
export const FOR_EVER = 120_000;
/** Milliseconds within which a client hangs up that does. */
const LEAVES_WITHIN = 1_500;

/** Gives every request when the last one has ended. */
export async function sendLoad(options: LoadOptions): Promise<Sent[]> {
  const { clients, ms, seed } = options;
  const end = performance.now() + ms;
  const all: Sent[] = [];
  const client = async (number: number) => {
    const chance = chances(seed + number);
    const models = options.modelsOf(number);
    for (let count = 0; performance.now() < end; count++) {
      const [api, model] = [pick(Object.keys(APIS), chance()), pick(models, chance())];
      const leaves = chance() < options.leaving ? chance() * LEAVES_WITHIN : null;
      const text = `Client ${number} says hello for the time ${count}.`;
      all.push(await send(options.url, { api, model, text, leaves }));
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, i) => client(i)));
  return all;
}

interface Request {
  api: string;
  model: string;
  text: string;
  /** Milliseconds after which the client hangs up; null where it stays. */
  leaves: number | null;
}

async function send(url: string, { api, model, text, leaves }: Request): Promise<Sent> {
  const from = performance.now();
  const { path, body, problem } = APIS[api] as Api;
  let told: string | null;
  const hangUp = new AbortController();
  const timer = setTimeout(() => hangUp.abort(), leaves ?? FOR_EVER);
  try {
    const response = await fetch(url + path, {
      method: "POST",
      body: JSON.stringify(body(model, text)),
      signal: hangUp.signal,
    });
    told = await problem(response, model);
  } catch (error) {
    told = String(error);
  }
  clearTimeout(timer);
  const left = leaves !== null && hangUp.signal.aborted;
  return { api, model, from, to: performance.now(), problem: left ? null : told, left };
}

function pick<T>(all: readonly T[], chance: number): T {
  return all[Math.floor(chance * all.length)] as T;
}

/** Numbers from 0 to below 1 that follow from the seed: Marsaglia's xorshift of 32 bits. */
function chances(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** The requests in words: how many there were, how long they took, and what went wrong. */
export function loadReport(all: readonly Sent[]): string {
  const times = all.filter(({ left }) => !left).map(({ from, to }) => to - from);
  return `${all.length} requests, ${all.length - times.length} hung up; ${spread(times)}`;
}

/** Median, 99th percentile and maximum, in milliseconds. */
export function spread(times: readonly number[]): string {
  const at = (share: number) => Math.round(quantile(times, share));
  return `median ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`;
}

/** NaN where there are none. */
export function quantile(times: readonly number[], share: number): number {
  return times.toSorted((a, b) => a - b)[Math.floor(share * (times.length - 1))] ?? NaN;
}

/** What went wrong, each with its request. */
export function problemsOf(all: readonly Sent[]): string[] {
  return all.filter(({ problem }) => problem !== null)
    .map(({ api, model, problem }) => `${api}, ${model}: ${problem}`);
}

/** Sends one request over every API to every model, one after the other. */
export async function sendOneEach(url: string, models: readonly string[]): Promise<Sent[]> {
  const all: Sent[] = [];
  for (const model of models) {
    for (const api of Object.keys(APIS)) {
      all.push(await send(url, { api, model, text: "Hello", leaves: null }));
    }
  }
  return all;
}
