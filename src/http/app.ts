/**
 * Every route of the service, each with who may call it, the shape of its body, and its handler.
 */
import { Hono } from "hono";
import { methodNotAllowed as methodNotAllowedMiddleware } from "hono/method-not-allowed";
import { HUB_PATH } from "../domain/hub.ts";
import { registry } from "../domain/registry.ts";
import { siteIdentity } from "../domain/site.ts";
import { subscriptionChange, subscriptionInput } from "../domain/subscription.ts";
import { ICON_PATH } from "../feeds/icon.ts";
import { log } from "../runtime/log.ts";
import { COPY_SCRIPT_PATH } from "../site/directory-page.ts";
import { SUBSCRIBE_PATH } from "../site/footer.ts";
import { SUBSCRIPTION_FILES } from "../site/subscription-page.ts";
import { deleteBackup, getFileBytes, postBackup } from "./api/backup.ts";
import { getDeliveries, getDelivery, redeliver, replay, replayBody } from "./api/deliveries.ts";
import { getDifference, getEdition, getEditions } from "./api/editions.ts";
import { getFileState, putFile } from "./api/files.ts";
import { getEvents, getEventStream, getSampleEvent } from "./api/events.ts";
import { postHub, refuseHubSubscriptions } from "./api/hub.ts";
import { limitOwner } from "./api/limit-owner.ts";
import { getRecipients } from "./api/recipients.ts";
import { getRelease, getReleases } from "./api/releases-read.ts";
import {
  actionBody,
  batchBody,
  postAction,
  postReleases,
  putRelease,
  releaseBody,
} from "./api/releases-write.ts";
import { getStates } from "./api/scheduled.ts";
import { putSite } from "./api/site.ts";
import { getHealth, getRegistry, getWebhookKeys, postRebuild, putRegistry } from "./api/service.ts";
import { postReseal } from "./api/reseal.ts";
import {
  deleteRestore,
  postClear,
  postFinish,
  postRestore,
  postRestoreLines,
  putRestoredFile,
  restoreEnd,
  restoreHeader,
  restoreLines,
} from "./api/restore.ts";
import {
  confirmSubscription,
  pauseSubscription,
  resumeSubscription,
  rotateSecret,
  rotateToken,
  rotationBody,
  testSubscription,
  verifyBody,
  verifySubscription,
} from "./api/subscription-actions.ts";
import {
  deleteSubscription,
  getSubscription,
  getSubscriptions,
  patchSubscription,
  postSubscription,
} from "./api/subscriptions.ts";
import { adminOnly, mayCreateSubscriptions, ownerOrAdmin } from "./auth.ts";
import type { App, Context } from "./context.ts";
import { getIcon, getIndexNowKey, getRobots, getStylesheet } from "./documents/assets.ts";
import {
  getDocument,
  pageNotFound,
  redirectToRelease,
  refuseBrokenEscapes,
} from "./documents/get-document.ts";
import { getFile } from "./documents/get-file.ts";
import { getManual, OPENAPI_PATH } from "./documents/manual.ts";
import { requireWording } from "./documents/require-wording.ts";
import { answerMcpPreflight, MCP_PATH, postMcp } from "./mcp/post-mcp.ts";
import type { ReadApi } from "./mcp/tools.ts";
import { getSubscribe, postSubscribe } from "./pages/subscribe.ts";
import { getSubscriptionPage } from "./pages/subscription.ts";
import { refuseConditions } from "./conditions.ts";
import { answerPreflight, openAllAnswers, openToEveryOrigin, PUBLIC_READS } from "./cross-origin.ts";
import { withBody } from "./json-body.ts";
import { methodNotAllowed, notFound, problem } from "./problem.ts";
import { limitCalls } from "./rate-limit.ts";
import { beingRestored, replaceNotFoundWhileRestoring } from "./being-restored.ts";
import { RESTORE_BYTES_MAX } from "./limits.ts";
import { isBeingRestored } from "../runtime/being-restored.ts";
import { refuseDryRun } from "./refuse-dry-run.ts";
import { loggedPath, requestLog } from "./request-log.ts";
import { requireConfig } from "./require-config.ts";
import { addSecurityHeaders } from "./security-headers.ts";

const api = new Hono<App>();
api.use(openToEveryOrigin());
api.use(refuseConditions());
for (const path of PUBLIC_READS) api.options(path, answerPreflight);
api.use(
  methodNotAllowedMiddleware({
    app: api,
    // Browsers send OPTIONS: it is not worth naming.
    onMethodNotAllowed: (c, methods) =>
      methodNotAllowed(
        c,
        methods.filter((method) => method !== "HEAD" && method !== "OPTIONS"),
      ),
  }),
);
// These three have a dry run; all writes below have none.
api.post("/releases", adminOnly(), withBody(batchBody, postReleases));
api.put("/releases/:id", adminOnly(), withBody(releaseBody, putRelease));
api.put("/site", adminOnly(), withBody(siteIdentity, putSite));
api.use(refuseDryRun());
api.get("/releases", limitCalls(), getReleases);
api.get("/releases/states", adminOnly(), getStates);
api.get("/releases/:id", getRelease);
api.get("/releases/:id/recipients", adminOnly(), getRecipients);
api.use("/releases/:id/editions/*", limitCalls());
api.get("/releases/:id/editions", getEditions);
api.get("/releases/:id/editions/:edition", getEdition);
api.get("/releases/:id/editions/:edition/diff/:other", getDifference);
api.post("/releases/:id/:action{withdraw|kill|reinstate}", adminOnly(), withBody(actionBody, postAction));
api.get("/events", limitCalls(), getEvents);
api.get("/events/stream", limitCalls(), getEventStream);
api.get("/events/sample", getSampleEvent);
api.get("/files/:sha256", adminOnly(), getFileState);
api.put("/files/:sha256", adminOnly(), putFile);
api.get("/registry", getRegistry);
api.put("/registry", adminOnly(), withBody(registry, putRegistry));
api.get("/site", getDocument);
api.post("/rebuild", adminOnly(), postRebuild);
api.post("/reseal", adminOnly(), postReseal);
api.post("/backup", adminOnly(), postBackup);
api.delete("/backup/:backup", adminOnly(), deleteBackup);
api.get("/backup/files/:sha256", adminOnly(), getFileBytes);
api.post("/restore", adminOnly(), withBody(restoreHeader, postRestore));
api.delete("/restore", adminOnly(), deleteRestore);
api.post(
  "/restore/:backup",
  adminOnly(),
  withBody(restoreLines, postRestoreLines, undefined, RESTORE_BYTES_MAX),
);
api.put("/restore/:backup/files/:sha256", adminOnly(), putRestoredFile);
api.post("/restore/:backup/clear", adminOnly(), postClear);
api.post("/restore/:backup/finish", adminOnly(), withBody(restoreEnd, postFinish));

api.get("/subscriptions", adminOnly(), getSubscriptions);
api.post(
  "/subscriptions",
  mayCreateSubscriptions(),
  limitCalls(),
  withBody(subscriptionInput, postSubscription),
);
// The endpoint has no token: the confirm URL itself is the secret.
api.post("/subscriptions/:id/confirm/:token", limitCalls(), confirmSubscription);
api.all("/subscriptions/:id/confirm/:token", (c) => methodNotAllowed(c, ["POST"]));
api.use("/subscriptions/:id/*", replaceNotFoundWhileRestoring());
api.use("/subscriptions/:id/*", ownerOrAdmin(), limitCalls());
api.use("/subscriptions/:id/*", refuseHubSubscriptions());
api.get("/subscriptions/:id", getSubscription);
api.patch("/subscriptions/:id", withBody(subscriptionChange, patchSubscription));
api.delete("/subscriptions/:id", deleteSubscription);
api.post("/subscriptions/:id/test", limitOwner("test"), testSubscription);
api.post("/subscriptions/:id/pause", pauseSubscription);
api.post("/subscriptions/:id/resume", resumeSubscription);
api.post("/subscriptions/:id/verify", limitOwner("verify"), withBody(verifyBody, verifySubscription, {}));
api.post("/subscriptions/:id/rotate-secret", withBody(rotationBody, rotateSecret, {}));
api.post("/subscriptions/:id/rotate-token", rotateToken);
api.post("/subscriptions/:id/replay", limitOwner("replay"), withBody(replayBody, replay));
api.get("/subscriptions/:id/deliveries", getDeliveries);
api.post("/subscriptions/:id/deliveries/replay", limitOwner("replay"), withBody(replayBody, replay));
api.get("/subscriptions/:id/deliveries/:event", getDelivery);
api.post("/subscriptions/:id/deliveries/:event/redeliver", limitOwner("redeliver"), redeliver);
api.all("/*", notFound);

export const app = new Hono<App>();
app.use(requestLog());
app.use(addSecurityHeaders());
app.use(requireConfig());
app.use(refuseBrokenEscapes);
app.get("/healthz", limitCalls(), getHealth);
app.get("/.well-known/webhook-keys.json", getWebhookKeys);
app.get("/style.css", getStylesheet);
app.get(ICON_PATH, getIcon);
app.get("/robots.txt", getRobots);
app.get("/:key{[A-Za-z0-9-]+\\.txt}", getIndexNowKey);
app.get("/favicon.ico", getIcon);
app.get(COPY_SCRIPT_PATH, getManual);
app.get(OPENAPI_PATH, getManual);
app.get("/docs/*", getManual);
app.post(HUB_PATH, limitCalls(), postHub);
app.all(HUB_PATH, (c) => methodNotAllowed(c, ["POST"]));
app.get(SUBSCRIBE_PATH, requireWording(), limitCalls(), getSubscribe);
app.post(SUBSCRIBE_PATH, requireWording(), limitCalls(), postSubscribe);
app.get(`${SUBSCRIPTION_FILES}*`, getManual);
app.get("/subscriptions/:id", requireWording(), limitCalls(), getSubscriptionPage);
app.get("/r/:id", requireWording(), redirectToRelease);
app.get("/files/*", getFile);
app.route("/api/v1", api);
app.use(MCP_PATH, openAllAnswers());
app.post(MCP_PATH, limitCalls(), postMcp(readApi));
app.options(MCP_PATH, answerMcpPreflight);
app.all(MCP_PATH, (c) => methodNotAllowed(c, ["POST"]));
app.options("/*", answerPreflight);
app.get("/*", requireWording(), getDocument);
app.all("/*", (c) => methodNotAllowed(c, ["GET", "HEAD"]));

/** Reads the API for the client of another request, in its name and within its limits, without a token. */
function readApi(c: Context): ReadApi {
  const { headers, url } = c.req.raw;
  const client = new Headers([...headers].filter(([name]) => name === "cf-connecting-ip"));
  return async (path) =>
    app.fetch(new Request(new URL(`/api/v1${path}`, url), { headers: client }), c.env, c.executionCtx);
}

app.notFound(pageNotFound);
app.onError((error, c) => {
  if (isBeingRestored(error)) return beingRestored(c);
  log("error", "request failed", { path: loggedPath(c), error: String(error), stack: error.stack });
  return problem(c, {
    code: "internal",
    detail: "The service failed and has logged why. It is safe to send the same request again.",
  });
});
