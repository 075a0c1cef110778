import { assert, assertThrows } from "@std/assert";
import { ApiError } from "../../src/protocol/error.ts";
import { managedStage } from "../real/managed_stage.ts";
import { standIn } from "./stand_in.ts";

Deno.test("stateOf() says how to get a model where there is none", async () => {
  await using stage = await managedStage({ templates: [], program: () => standIn() });
  const { management } = stage.services;
  assert(management);
  assertThrows(() => management.stateOf("x"), ApiError, "get one by 'chaski models pull'");
});
