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
import { boundedBody } from "./json-body.ts";
import { notFound, onlyMethods, problem } from "./problem.ts";
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
import { readyToWork } from "./require-config.ts";

export const app = new Hono<{ Bindings: Env }>();

app.use(requestLog());
app.use(readyToWork());

app.get("/healthz", getHealth);
app.get("/.well-known/webhook-keys.json", getWebhookKeys);
app.get("/style.css", getStylesheet);
app.get(COPY_SCRIPT_PATH, getCopyScript);
app.get(ICON_PATH, getIcon);
app.get("/favicon.ico", getIcon);
app.post(HUB_PATH, postHub);
app.all(HUB_PATH, onlyMethods("POST"));
app.get("/r/:id", redirectToRelease);

const api = new Hono<{ Bindings: Env }>();
api.put("/releases/:id", adminOnly(), boundedBody(), putRelease);
api.get("/releases/:id", getRelease);
api.all("/releases/:id", onlyMethods("GET", "PUT"));
api.get("/releases/:id/editions", getEditions);
api.get("/releases/:id/editions/:edition", getEdition);
api.get("/releases/:id/editions/:edition/diff/:other", getDifference);
api.all("/releases/:id/editions/*", onlyMethods("GET"));
api.post("/releases/:id/:action{(?:withdraw|kill|reinstate)}", adminOnly(), boundedBody(), postAction);
api.all("/releases/:id/:action{(?:withdraw|kill|reinstate)}", onlyMethods("POST"));
api.get("/releases", getReleases);
api.post("/releases", adminOnly(), boundedBody(), postReleases);
api.all("/releases", onlyMethods("GET", "POST"));
api.get("/events", getEvents);
api.all("/events", onlyMethods("GET"));
api.get("/events/stream", getEventStream);
api.options("/events/stream", answerPreflight);
api.all("/events/stream", onlyMethods("GET"));
api.get("/registry", getRegistry);
api.put("/registry", adminOnly(), boundedBody(), putRegistry);
api.all("/registry", onlyMethods("GET", "PUT"));
api.post("/rebuild", adminOnly(), postRebuild);
api.all("/rebuild", onlyMethods("POST"));

api.post("/subscriptions", boundedBody(), postSubscription);
api.get("/subscriptions", adminOnly(), getSubscriptions);
api.all("/subscriptions", onlyMethods("GET", "POST"));
api.post("/subscriptions/:id/confirm/:token", confirmSubscription);
api.all("/subscriptions/:id/confirm/:token", onlyMethods("POST"));
api.use("/subscriptions/:id/*", subscriberOrAdmin());
api.get("/subscriptions/:id", getSubscription);
api.patch("/subscriptions/:id", boundedBody(), patchSubscription);
api.delete("/subscriptions/:id", deleteSubscription);
api.all("/subscriptions/:id", onlyMethods("GET", "PATCH", "DELETE"));
api.post("/subscriptions/:id/test", testSubscription);
api.post("/subscriptions/:id/pause", pauseSubscription);
api.post("/subscriptions/:id/resume", resumeSubscription);
api.post("/subscriptions/:id/verify", boundedBody(), verifySubscription);
api.post("/subscriptions/:id/rotate-secret", boundedBody(), rotateSecret);
api.post("/subscriptions/:id/replay", boundedBody(), replay);
api.all("/subscriptions/:id/:action{(?:test|pause|resume|verify|rotate-secret|replay)}", onlyMethods("POST"));
api.get("/subscriptions/:id/deliveries", getDeliveries);
api.all("/subscriptions/:id/deliveries", onlyMethods("GET"));
// The contract's `…/replay` can be read either way.
api.post("/subscriptions/:id/deliveries/replay", boundedBody(), replay);
api.get("/subscriptions/:id/deliveries/:event", getDelivery);
api.all("/subscriptions/:id/deliveries/:event", onlyMethods("GET"));
api.post("/subscriptions/:id/deliveries/:event/redeliver", redeliver);
api.all("/subscriptions/:id/deliveries/:event/redeliver", onlyMethods("POST"));
api.all("/*", notFound);
app.route("/api/v1", api);

app.options("/*", answerPreflight);
app.get("/*", getDocument);
app.all("/*", onlyMethods("GET", "HEAD"));

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
