/** A Responses conversion with ids and clock that a test can know. */
import { eventWriter } from "../../src/protocol/responses/output/event_writer.ts";
import { responseSteps } from "../../src/protocol/responses/output/steps.ts";
import { usageCounter } from "../../src/protocol/responses/output/usage.ts";
import { newResponse } from "../../src/protocol/responses/output/response.ts";
import {
  type ResponsesConversion,
  responsesConversion,
  type ResponsesConversionOptions,
} from "../../src/stream/responses_conversion.ts";

export function conversionOf(
  options: Partial<Omit<ResponsesConversionOptions, "steps">> & {
    reasoning?: "summary" | "text";
    logprobs?: boolean;
  } = {},
): ResponsesConversion {
  let ids = 0;
  const { reasoning = "summary", logprobs = false, ...rest } = options;
  const response = newResponse({}, {
    id: "resp_1",
    model: "tiny",
    createdAt: 1000,
    sampling: { temperature: 0.8, topP: 0.95, presencePenalty: 0, frequencyPenalty: 0 },
  });
  return responsesConversion({
    steps: (emit, holdText) =>
      responseSteps({
        response,
        emit,
        holdText,
        newId: (prefix) => `${prefix}_${++ids}`,
        now: () => 1001,
        usage: usageCounter(),
        reasoning,
        logprobs,
        mostCalls: Infinity,
        toolNamed: () => undefined,
        newHealer: null,
        stop: null,
        sealReasoning: null,
      }),
    summary: () => null,
    schemaPass: null,
    askAgain: null,
    mustFit: false,
    guarded: () => false,
    asides: null,
    keep: () => {},
    write: eventWriter(),
    progress: true,
    loading: () => null,
    ...rest,
  });
}

/** Runs pieces through and gives everything that would be sent. */
export function convert(conversion: ResponsesConversion, pieces: readonly Uint8Array[]): string {
  const last = () => {
    const piece = conversion.end();
    if (typeof piece === "object" && "again" in piece) throw new Error("asked again");
    return piece;
  };
  return [conversion.open(), ...pieces.map((bytes) => conversion.push(bytes)), last()].join("");
}
