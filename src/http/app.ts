/**
 * The only wiring: which path leads where, and what every request passes on its way.
 */
import { Hono } from "@hono/hono";
import { account } from "./account.ts";
import { adminModels, adminStatus, loadModel, unloadModel } from "./admin.ts";
import { createChatCompletion } from "./chat.ts";
import { compactResponse } from "./compact.ts";
import { createCompletion, createInfill } from "./completions.ts";
import type { AppEnv, Context, Services } from "./context.ts";
import {
  addItems,
  createConversation,
  deleteConversation,
  deleteItem,
  getConversation,
  getItem,
  listItems,
  updateConversation,
} from "./conversations.ts";
import { adminCheck, keyCheck, pageCheck } from "./edge.ts";
import {
  ANTHROPIC_ID,
  endWithError,
  errorResponse,
  isMessages,
  shuttingDown,
  unknownPath,
  wrongMethod,
} from "./errors.ts";
import { addFolder, listFolders, removeFolder } from "./folders.ts";
import { applyTemplate, createEmbeddings, detokenize, rerank, tokenize } from "./forwarded.ts";
import { healthz, readyz } from "./health.ts";
import { newId } from "./ids.ts";
import { countMessageTokens, createMessage } from "./messages.ts";
import { modelEvents } from "./model_events.ts";
import { getModel, listModels } from "./models.ts";
import { ollamaModels, ollamaVersion, pullOllamaModel, showOllamaModel } from "./ollama.ts";
import { countInputTokens } from "./input_tokens.ts";
import { createResponse } from "./responses.ts";
import { ownerOf } from "./owner.ts";
import { routerLoad, routerModels, routerPropsOf, routerUnload } from "./router.ts";
import { requestScope } from "./scope.ts";
import { openSocket } from "./socket.ts";
import { cancelResponse, deleteResponse, getResponse, listInputItems } from "./stored_responses.ts";
import { requestTarget } from "./target.ts";
import { createTranscription } from "./transcriptions.ts";

type Handler = (c: Context, services: Services) => Response | Promise<Response>;

interface Route {
  path: string;
  /** Whether it is for whoever manages models. */
  admin?: true;
  methods: Record<string, Handler>;
}

const ok: Handler = (c) => c.body(null, 200);

/** The last two are llama-server's own. */
const HEALTH = ["/healthz", "/readyz", "/health", "/v1/health"];

const ROUTES: readonly Route[] = [
  { path: "/healthz", methods: { GET: healthz } },
  { path: "/readyz", methods: { GET: readyz } },
  { path: "/health", methods: { GET: healthz } },
  { path: "/v1/health", methods: { GET: healthz } },
  {
    path: "/v1/responses",
    methods: { POST: createResponse, HEAD: ok },
  },
  { path: "/v1/responses/compact", methods: { POST: compactResponse } },
  { path: "/v1/responses/input_tokens", methods: { POST: countInputTokens } },
  { path: "/v1/responses/:id", methods: { GET: getResponse, DELETE: deleteResponse } },
  { path: "/v1/responses/:id/cancel", methods: { POST: cancelResponse } },
  { path: "/v1/responses/:id/input_items", methods: { GET: listInputItems } },
  { path: "/v1/conversations", methods: { POST: createConversation } },
  {
    path: "/v1/conversations/:id",
    methods: { GET: getConversation, POST: updateConversation, DELETE: deleteConversation },
  },
  { path: "/v1/conversations/:id/items", methods: { GET: listItems, POST: addItems } },
  { path: "/v1/conversations/:id/items/:item", methods: { GET: getItem, DELETE: deleteItem } },
  { path: "/v1/chat/completions", methods: { POST: createChatCompletion } },
  { path: "/v1/messages", methods: { POST: createMessage } },
  { path: "/v1/messages/count_tokens", methods: { POST: countMessageTokens } },
  { path: "/v1/completions", methods: { POST: createCompletion } },
  { path: "/v1/embeddings", methods: { POST: createEmbeddings } },
  { path: "/v1/rerank", methods: { POST: rerank } },
  { path: "/v1/reranking", methods: { POST: rerank } },
  { path: "/v1/audio/transcriptions", methods: { POST: createTranscription } },
  // llama-server has these without `/v1`.
  ...["", "/v1"].flatMap((root) => [
    { path: `${root}/infill`, methods: { POST: createInfill } },
    { path: `${root}/tokenize`, methods: { POST: tokenize } },
    { path: `${root}/detokenize`, methods: { POST: detokenize } },
    { path: `${root}/apply-template`, methods: { POST: applyTemplate } },
  ]),
  { path: "/admin/status", admin: true, methods: { GET: adminStatus } },
  { path: "/admin/models", admin: true, methods: { GET: adminModels } },
  { path: "/admin/models/load", admin: true, methods: { POST: loadModel } },
  { path: "/admin/models/unload", admin: true, methods: { POST: unloadModel } },
  {
    path: "/admin/folders",
    admin: true,
    methods: { GET: listFolders, POST: addFolder, DELETE: removeFolder },
  },
  { path: "/models", methods: { GET: routerModels } },
  { path: "/models/sse", methods: { GET: modelEvents, HEAD: ok } },
  { path: "/models/load", admin: true, methods: { POST: routerLoad } },
  { path: "/models/unload", admin: true, methods: { POST: routerUnload } },
  { path: "/props", methods: { GET: routerPropsOf } },
  { path: "/v1/models", methods: { GET: listModels } },
  { path: "/v1/models/*", methods: { GET: getModel } },
];

/** What `codex --oss` asks of Ollama; of LM Studio it asks nothing that is not there anyway. */
const OSS_ROUTES: readonly Route[] = [
  { path: "/api/version", methods: { GET: ollamaVersion } },
  { path: "/api/tags", methods: { GET: ollamaModels } },
  { path: "/api/show", methods: { POST: showOllamaModel } },
  { path: "/api/pull", methods: { POST: pullOllamaModel } },
];

function upgrades(c: Context): boolean {
  return c.req.header("upgrade")?.toLowerCase() === "websocket";
}

function refuseMethod(c: Context, allowed: string[]): Response {
  const { path } = requestTarget(c.req.url);
  const error = wrongMethod(c.req.method, path, allowed);
  const scope = c.get("scope");
  scope.end("refused", error.status, error);
  const response = errorResponse(error, { path, requestId: scope.id });
  response.headers.set("allow", allowed.join(", "));
  return response;
}

/** Makes the application; it opens nothing by itself. */
export function createApp(services: Services): Hono<AppEnv> {
  const { config, log } = services;
  const checkKey = keyCheck(config);
  const checkAdmin = adminCheck(config);
  const checkPage = pageCheck(config.host, config.apiKey !== undefined);
  const routes = config.oss ? [...ROUTES, ...OSS_ROUTES] : ROUTES;
  // Health checks need no key, and would drown what matters in the log.
  const isApi = (path: string) => !HEALTH.includes(path);
  const app = new Hono<AppEnv>();

  app.use(async (c, next) => {
    const { host, path } = requestTarget(c.req.url);
    const scope = requestScope({
      id: newId("req"),
      method: c.req.method,
      path,
      log,
      onEnd: (summary) => account(summary, ownerOf(c.req.raw.headers, config), services),
    });
    c.set("scope", scope);
    if (services.stopping && path !== "/healthz") throw shuttingDown();
    checkPage(c.req.raw.headers, host);
    if (isApi(c.req.path)) checkKey(c.req.raw.headers);
    await next();
    c.res.headers.set("x-request-id", scope.id);
    if (isMessages(path)) c.res.headers.set(ANTHROPIC_ID, scope.id);
    if (!scope.handedOver() && isApi(c.req.path)) scope.end("complete", c.res.status);
  });

  app.get("/v1/responses", (c, next) => upgrades(c) ? openSocket(c, services) : next());
  for (const { path, admin, methods } of routes) {
    app.all(path, (c) => {
      if (admin) checkAdmin(c.req.raw.headers);
      const handler = methods[c.req.method] ?? (c.req.method === "HEAD" ? methods.GET : undefined);
      return handler?.(c, services) ?? refuseMethod(c, Object.keys(methods));
    });
  }
  app.notFound((c) => {
    throw unknownPath(c.req.method, requestTarget(c.req.url).path);
  });
  app.onError((cause, c) => {
    const scope = c.get("scope");
    const { path } = requestTarget(c.req.url);
    return errorResponse(endWithError(cause, scope, log), { path, requestId: scope.id });
  });
  return app;
}
