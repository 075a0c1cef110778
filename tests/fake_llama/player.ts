/** Plays a script on a connection, until its end or until the client hangs up. */
import { AnswerWriter } from "./answer_writer.ts";
import type { Answering } from "./request.ts";
import { type Script, type Step, steps } from "./script.ts";
import type { Wire } from "./wire.ts";

interface Scene {
  answering: Answering;
  wire: Wire;
  writer: AnswerWriter;
}

/**
 * Answers a recorded request and settles it. True when the connection may carry another
 * request. Throws for a script that cannot be sent; the request is settled as cut then.
 */
export async function play(
  script: Script,
  answering: Answering,
  wire: Wire,
  closesStreams: boolean,
): Promise<boolean> {
  const writer = new AnswerWriter(wire, answering.request, closesStreams);
  try {
    await playScript(script, { answering, wire, writer });
    if (!wire.isGone && writer.sent === "nothing") {
      throw new Error("Cannot answer: the script sends nothing");
    }
    if (!wire.isGone && writer.sent === "head") await writer.end(new Uint8Array(0));
  } finally {
    settle(answering, wire, writer);
  }
  return writer.isReusable && !wire.isGone;
}

/** The fake's own end closes connections too; only the client's close is a hang-up. */
function settle(answering: Answering, wire: Wire, writer: AnswerWriter): void {
  if (writer.isComplete) answering.settle("finished");
  else if (wire.leftAt === undefined) answering.settle("cut");
  else answering.settle("hung up", wire.leftAt);
}

/** True when every step was played; false when the connection was gone before. */
async function playScript(script: Script, scene: Scene): Promise<boolean> {
  for (const step of steps(script, scene.answering.request)) {
    if (scene.wire.isGone) return false;
    await playStep(step, scene);
  }
  return !scene.wire.isGone || scene.writer.isComplete;
}

async function playStep(step: Step, scene: Scene): Promise<void> {
  const { wire, writer } = scene;
  switch (step.kind) {
    case "whole":
      return await writer.whole(step);
    case "head":
      return await writer.head(step);
    case "chunk":
      return await writer.chunk(step.data);
    case "wire":
      return void await wire.write(step.data);
    case "delay":
      return await pause(step.ms, wire.gone);
    case "silence":
      return await wire.gone;
    case "end":
      return await writer.end(step.data);
    case "cut":
      await writer.cutChunk(step.data);
      return await wire.close();
    case "live":
      return await playOrders(scene);
  }
}

async function playOrders(scene: Scene): Promise<void> {
  const gone = scene.wire.gone.then(() => null);
  while (scene.writer.sent !== "all") {
    const order = await Promise.race([scene.answering.nextOrder(), gone]);
    if (order === null) return;
    if (order.script === null) return order.played.resolve(true);
    try {
      order.played.resolve(await playScript(order.script, scene));
    } catch (error) {
      order.played.reject(error);
      throw error;
    }
  }
}

async function pause(ms: number, gone: Promise<void>): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  await Promise.race([over.promise, gone]);
  clearTimeout(timer);
}
