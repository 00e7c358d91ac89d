/**
 * Every route of the service, each pointing at its handler.
 */
import { Hono } from "hono";
import { ICON_PATH } from "../feeds/build-feed.ts";
import { COPY_SCRIPT_PATH } from "../site/directory-page.ts";
import { adminOnly, subscriberOrAdmin } from "./auth.ts";
import { getCopyScript, getIcon, getStylesheet } from "./documents/assets.ts";
import {
  answerPreflight,
  getDocument,
  pageNotFound,
  postHub,
  redirectToRelease,
} from "./documents/get-document.ts";
import { HUB_PATH } from "./documents/response.ts";
import { getEvents, getEventStream } from "./api/events.ts";
import { getHealth, getRegistry, getWebhookKeys, postRebuild, putRegistry } from "./api/service.ts";
import { limitBody } from "./json-body.ts";
import { notFound, allowMethods, problem } from "./problem.ts";
import { getDifference, getEdition, getEditions } from "./api/editions.ts";
import { getRelease, getReleases } from "./api/releases-read.ts";
import { postAction, postReleases, putRelease } from "./api/releases-write.ts";
import { loggedPath, requestLog } from "./request-log.ts";
import {
  confirmSubscription,
  pauseSubscription,
  resumeSubscription,
  rotateSecret,
  testSubscription,
  verifySubscription,
} from "./api/subscription-actions.ts";
import {
  deleteSubscription,
  getSubscription,
  getSubscriptions,
  patchSubscription,
  postSubscription,
} from "./api/subscriptions.ts";
import { getDeliveries, getDelivery, redeliver, replay } from "./api/deliveries.ts";
import { requireConfig } from "./require-config.ts";

export const app = new Hono<{ Bindings: Env }>();

app.use(requestLog());
app.use(requireConfig());

app.get("/healthz", getHealth);
app.get("/.well-known/webhook-keys.json", getWebhookKeys);
app.get("/style.css", getStylesheet);
app.get(COPY_SCRIPT_PATH, getCopyScript);
app.get(ICON_PATH, getIcon);
app.get("/favicon.ico", getIcon);
app.post(HUB_PATH, postHub);
app.all(HUB_PATH, allowMethods("POST"));
app.get("/r/:id", redirectToRelease);

const api = new Hono<{ Bindings: Env }>();
api.put("/releases/:id", adminOnly(), limitBody(), putRelease);
api.get("/releases/:id", getRelease);
api.all("/releases/:id", allowMethods("GET", "PUT"));
api.get("/releases/:id/editions", getEditions);
api.get("/releases/:id/editions/:edition", getEdition);
api.get("/releases/:id/editions/:edition/diff/:other", getDifference);
api.all("/releases/:id/editions/*", allowMethods("GET"));
api.post("/releases/:id/:action{(?:withdraw|kill|reinstate)}", adminOnly(), limitBody(), postAction);
api.all("/releases/:id/:action{(?:withdraw|kill|reinstate)}", allowMethods("POST"));
api.get("/releases", getReleases);
api.post("/releases", adminOnly(), limitBody(), postReleases);
api.all("/releases", allowMethods("GET", "POST"));
api.get("/events", getEvents);
api.all("/events", allowMethods("GET"));
api.get("/events/stream", getEventStream);
api.options("/events/stream", answerPreflight);
api.all("/events/stream", allowMethods("GET"));
api.get("/registry", getRegistry);
api.put("/registry", adminOnly(), limitBody(), putRegistry);
api.all("/registry", allowMethods("GET", "PUT"));
api.post("/rebuild", adminOnly(), postRebuild);
api.all("/rebuild", allowMethods("POST"));

api.post("/subscriptions", limitBody(), postSubscription);
api.get("/subscriptions", adminOnly(), getSubscriptions);
api.all("/subscriptions", allowMethods("GET", "POST"));
api.post("/subscriptions/:id/confirm/:token", confirmSubscription);
api.all("/subscriptions/:id/confirm/:token", allowMethods("POST"));
api.use("/subscriptions/:id/*", subscriberOrAdmin());
api.get("/subscriptions/:id", getSubscription);
api.patch("/subscriptions/:id", limitBody(), patchSubscription);
api.delete("/subscriptions/:id", deleteSubscription);
api.all("/subscriptions/:id", allowMethods("GET", "PATCH", "DELETE"));
api.post("/subscriptions/:id/test", testSubscription);
api.post("/subscriptions/:id/pause", pauseSubscription);
api.post("/subscriptions/:id/resume", resumeSubscription);
api.post("/subscriptions/:id/verify", limitBody(), verifySubscription);
api.post("/subscriptions/:id/rotate-secret", limitBody(), rotateSecret);
api.post("/subscriptions/:id/replay", limitBody(), replay);
api.all(
  "/subscriptions/:id/:action{(?:test|pause|resume|verify|rotate-secret|replay)}",
  allowMethods("POST"),
);
api.get("/subscriptions/:id/deliveries", getDeliveries);
api.all("/subscriptions/:id/deliveries", allowMethods("GET"));
// The contract's `…/replay` can be read either way.
api.post("/subscriptions/:id/deliveries/replay", limitBody(), replay);
api.get("/subscriptions/:id/deliveries/:event", getDelivery);
api.all("/subscriptions/:id/deliveries/:event", allowMethods("GET"));
api.post("/subscriptions/:id/deliveries/:event/redeliver", redeliver);
api.all("/subscriptions/:id/deliveries/:event/redeliver", allowMethods("POST"));
api.all("/*", notFound);
app.route("/api/v1", api);

app.options("/*", answerPreflight);
app.get("/*", getDocument);
app.all("/*", allowMethods("GET", "HEAD"));

app.notFound(pageNotFound);
app.onError((error, c) => {
  console.error(
    JSON.stringify({
      message: "request failed",
      path: loggedPath(c),
      error: String(error),
      stack: error.stack,
    }),
  );
  return problem(c, {
    status: 500,
    title: "Internal error",
    detail: "The fault is ours and has been logged. Sending the same again is safe.",
  });
});
