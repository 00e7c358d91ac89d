/**
 * `POST /hub`: the WebSub hub (W3C Recommendation, 23 January 2018) of the feeds of this site.
 */
import {
  HUB_FORMAT,
  HUB_ID_PREFIX,
  type HubRequest,
  type HubTerms,
  isHubId,
  parseHubRequest,
  placeOfTopic,
} from "../../domain/hub.ts";
import { HUB_BODY_BYTES_MAX } from "../../domain/limits.ts";
import type { Issue } from "../../domain/issues.ts";
import { isCombination } from "../../domain/list.ts";
import type { Registration } from "../../domain/subscription.ts";
import { canonicalTarget } from "../../domain/target-url.ts";
import type { HubRegistered } from "../../newsroom/newsroom.ts";
import { newsroom, subscriber } from "../../runtime/stubs.ts";
import { isAdmin } from "../auth.ts";
import type { Context, Middleware } from "../context.ts";
import { readForm } from "../form-body.ts";
import { problem } from "../problem.ts";
import { tooMany } from "../documents/get-document.ts";
import { countVerification, clientOf, countNewList } from "../rate-limit.ts";
import { validateTarget } from "./endpoint-settings.ts";
import { subscriptionId, tooManySubscriptions } from "./subscriptions.ts";

/** Registrations for one request: a subscription may end while the request arrives; the next one begins another. */
const REGISTRATIONS_MAX = 3;

/** Anybody may subscribe, whatever SUBSCRIPTIONS says: the topics are public, and the callback must confirm. */
export async function postHub(c: Context): Promise<Response> {
  const form = await readForm(c, HUB_BODY_BYTES_MAX);
  if (form instanceof Response) return form;
  const { baseUrl, languages } = c.var.config.site;
  const request = parseHubRequest(form, baseUrl, languages);
  if (!request.ok) return refuse(c, request.issues);
  // The hub is part of the site: it sees each change by itself.
  if (request.value.mode === "publish") return c.body(null, 202);
  const issue = await validateTarget(c, HUB_FORMAT, request.value.callback);
  if (issue !== undefined) return refuse(c, [{ ...issue, path: "/hub.callback" }]);
  return subscribe(c, request.value);
}

async function subscribe(c: Context, request: HubRequest): Promise<Response> {
  const callback = canonicalTarget(request.callback);
  const requester = { client: clientOf(c.req.raw), isAdmin: await isAdmin(c) };
  const list = placeOfTopic(request.topic, c.var.config.site.languages)?.list;
  if (list !== undefined && isCombination(list) && !(await countNewList(c))) {
    return tooMany(c, { by: "new-lists" });
  }
  const registrationFor = (id: string): Registration & { hub: HubTerms } => ({
    id,
    url: callback,
    format: HUB_FORMAT,
    content: "full",
    events: [],
    filter: list?.filter ?? {},
    hub: { topic: request.topic, leaseUntilMs: null },
    createdMs: Date.now(),
  });
  const newId = () => `${HUB_ID_PREFIX}${crypto.randomUUID().replaceAll("-", "")}`;
  // A request that the ledger refuses counts as no verification, and one over the rate limit changes nothing.
  const checked = await newsroom(c.env).registerForHub(registrationFor(newId()), requester, true);
  if (checked.kind !== "registered") return refuseTopic(c, checked);
  const tooManyVerifications = await countVerification(c, callback);
  if (tooManyVerifications !== undefined) return tooManyVerifications;
  for (let count = 0; count < REGISTRATIONS_MAX; count += 1) {
    const registered = await newsroom(c.env).registerForHub(registrationFor(newId()), requester, false);
    if (registered.kind !== "registered") return refuseTopic(c, registered);
    const object = subscriber(c.env, registered.id);
    await object.acceptHubRequest(registrationFor(registered.id), request);
    if (await newsroom(c.env).isRegistered(registered.id)) return c.body(null, 202);
    // It ended before it had this request.
    await object.remove();
  }
  throw new Error("a subscription of the hub ends again and again");
}

async function refuseTopic(
  c: Context,
  refused: Exclude<HubRegistered, { kind: "registered" }>,
): Promise<Response> {
  const { baseUrl } = c.var.config.site;
  switch (refused.kind) {
    case "too-many":
      return tooManySubscriptions(c, refused);
    case "full":
      return tooManySubscriptions(c, { kind: "too-many", which: "verified", whose: "service" });
    case "costly":
      return unknownTopic(
        c,
        "This hub does not follow searches that read so many texts; name fewer or rarer words.",
      );
    case "unknown":
      return unknownTopic(c, `This site has no such feed; ${baseUrl}/feeds lists them. Nothing was changed.`);
  }
}

function refuse(c: Context, issues: readonly Issue[]): Response {
  const { path, message } = issues[0] ?? { path: "", message: "" };
  // The detail has the first issue: clients log no more.
  const detail = `${path.slice(1)} ${message}. Nothing was changed.`;
  return problem(c, { code: "malformed-hub-request", detail, errors: issues });
}

function unknownTopic(c: Context, detail: string): Response {
  return problem(c, { code: "unknown-topic", detail });
}

/** For calls that change a subscription: one of the hub has its subscriber as owner, who changes it at the hub. */
export function refuseHubSubscriptions(): Middleware {
  return async function refuseHubSubscriptionsMiddleware(c, next) {
    const isChange = c.req.method === "POST" || c.req.method === "PATCH";
    if (!isChange || !isHubId(subscriptionId(c))) return next();
    return problem(c, {
      code: "hub-subscription",
      detail:
        "This is a subscription of the WebSub hub: its subscriber changes it at /hub. You can delete it.",
    });
  };
}
