/** `/healthz`: Chaski runs. `/readyz`: it can answer. Both are open, and say nothing else. */
import type { Context, Services } from "./context.ts";

export function healthz(c: Context): Response {
  return c.json({ status: "ok" });
}

/** 200 when llama-server has a model, else 503 with the reason. */
export async function readyz(c: Context, { serving }: Services): Promise<Response> {
  const state = await serving.refresh();
  if (state.status === "ready") return c.json({ status: "ready" });
  return c.json({ status: state.status, reason: state.error.message }, 503, { "retry-after": "2" });
}
