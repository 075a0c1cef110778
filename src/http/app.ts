/**
 * The only wiring: which path leads where, and what every request passes on its way.
 */
import { Hono } from "@hono/hono";
import { ApiError } from "../protocol/error.ts";
import { createChatCompletion } from "./chat.ts";
import type { AppEnv, Context, Services } from "./context.ts";
import { keyCheck, pageCheck } from "./edge.ts";
import { errorResponse, internalError, unknownPath, wrongMethod } from "./errors.ts";
import { healthz, readyz } from "./health.ts";
import { newId } from "./ids.ts";
import { getModel, listModels } from "./models.ts";
import { createResponse, refuseWebSocket } from "./responses.ts";
import { requestScope } from "./scope.ts";

type Handler = (c: Context, services: Services) => Response | Promise<Response>;

interface Route {
  path: string;
  methods: Record<string, Handler>;
}

const ok: Handler = (c) => c.body(null, 200);

const ROUTES: readonly Route[] = [
  { path: "/healthz", methods: { GET: healthz } },
  { path: "/readyz", methods: { GET: readyz } },
  {
    path: "/v1/responses",
    methods: { POST: createResponse, HEAD: ok, GET: upgradeOrWrongMethod },
  },
  { path: "/v1/chat/completions", methods: { POST: createChatCompletion } },
  { path: "/v1/models", methods: { GET: listModels } },
  { path: "/v1/models/*", methods: { GET: getModel } },
];

function upgradeOrWrongMethod(c: Context): Response {
  if (c.req.header("upgrade")?.toLowerCase() === "websocket") refuseWebSocket();
  throw wrongMethod("GET", "/v1/responses", ["POST", "HEAD"]);
}

/** Makes the application; it opens nothing by itself. */
export function createApp(services: Services): Hono<AppEnv> {
  const { config, log } = services;
  const checkKey = keyCheck(config.apiKey);
  const checkPage = pageCheck(config.host, config.apiKey !== undefined);
  const app = new Hono<AppEnv>();

  app.use(async (c, next) => {
    const scope = requestScope({ id: newId("req"), method: c.req.method, path: c.req.path, log });
    c.set("scope", scope);
    checkPage(c.req.raw.headers);
    if (c.req.path.startsWith("/v1/")) checkKey(c.req.raw.headers);
    await next();
    c.res.headers.set("x-request-id", scope.id);
    // A stream logs when it ends; health checks would drown what matters.
    const streams = c.res.headers.get("content-type")?.startsWith("text/event-stream");
    if (!streams && c.req.path.startsWith("/v1/")) scope.end("complete", c.res.status);
  });

  for (const { path, methods } of ROUTES) {
    app.all(path, (c) => {
      const handler = methods[c.req.method] ?? (c.req.method === "HEAD" ? methods.GET : undefined);
      if (handler === undefined) throw wrongMethod(c.req.method, c.req.path, Object.keys(methods));
      return handler(c, services);
    });
  }
  app.notFound((c) => {
    throw unknownPath(c.req.method, c.req.path);
  });
  app.onError((cause, c) => {
    const error = cause instanceof ApiError ? cause : internalError(cause);
    const scope = c.get("scope");
    scope.end(error.status < 500 ? "refused" : "failed", error.status, error);
    if (error.code === "internal_error") log.error(stackOf(cause), { id: scope.id });
    const response = errorResponse(error);
    response.headers.set("x-request-id", scope.id);
    return response;
  });
  return app;
}

function stackOf(cause: Error): string {
  return cause.stack ?? cause.message;
}
