/** The llama-server that models are run with, and the machine as it sees it. */
import type { Device } from "../engine/devices.ts";
import { findEngine, type Surroundings } from "../engine/find.ts";
import { EngineError } from "../engine/error.ts";
import { type Engine, listDevices, probeEngine } from "../engine/probe.ts";
import type { Machine } from "../machine/machine.ts";
import { denoOutside } from "../machine/outside.ts";
import { readMachine } from "../machine/read_machine.ts";
import { ApiError } from "../protocol/error.ts";

export interface EngineAtHand {
  /** Looks anew where there was none before, since it may have been installed meanwhile. */
  engine(): Promise<Engine>;
  /** The machine before anything ran on it. */
  machine(): Promise<Machine>;
}

/** Both functions throw an ApiError 503 with a cure where there is no llama-server that can be used. */
export function engineAtHand(surroundings: Surroundings): EngineAtHand {
  const { os, env } = surroundings;
  let machine: Promise<Machine> | null = null;

  async function engine(): Promise<Engine> {
    try {
      const found = await findEngine(surroundings);
      if (found !== null) return await probeEngine(found.path, { env });
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      throw unusable(`this llama-server cannot be used, ${error.reason}`, error);
    }
    throw unusable("there is no llama-server on this machine");
  }

  return {
    engine,
    async machine() {
      const asked = await engine();
      machine ??= devicesOf(asked, env).then((devices) =>
        readMachine(denoOutside({ os, env }), devices)
      );
      return await machine;
    },
  };
}

/** None where it computes on the processor alone; null where it cannot be asked. */
async function devicesOf(engine: Engine, env: Surroundings["env"]): Promise<Device[] | null> {
  if (!engine.supports("--list-devices")) return null;
  return await listDevices(engine, { env }).catch(() => null);
}

const CURE = "Get one by 'chaski engine install', or name one by --llama-server.";

function unusable(reason: string, cause?: unknown): ApiError {
  return new ApiError(`Cannot load any model: ${reason}. ${CURE}`, {
    ...{ status: 503, type: "server_error", code: "engine_missing", retryAfter: 30 },
    ...(cause !== undefined && { cause }),
  });
}
