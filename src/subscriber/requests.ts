/**
 * The requests of a subscription's owner or of the admin. Each returns why it is refused, or undefined when
 * it is done; the Subscriber then starts the work that follows. Without a subscription a request does nothing.
 */
import { instantOfMs } from "../domain/dates.ts";
import { defined } from "../domain/defined.ts";
import { UNVERIFIED_KEPT_MS } from "../domain/limits.ts";
import type { Registration, Shape, SubscriptionChange, SubscriptionInput } from "../domain/subscription.ts";
import { newsroom } from "../runtime/stubs.ts";
import { FORMATS } from "../webhooks/payload.ts";
import type { Delivery } from "./delivery-log.ts";
import { registeredUrl, storedUrl } from "./endpoint.ts";
import { EXPIRY_REPORT_MS, FIRST_REPORT_MS, INTERRUPTED_CHANGE_REPORT_MS } from "./limits.ts";
import type { SubscriberParts } from "./parts.ts";
import { createTables } from "./schema.ts";
import { rotateSecrets } from "./secrets.ts";
import {
  applyChange,
  type ChangeRefusal,
  type CheckedChange,
  type Conflict,
  conflict,
  DUPLICATE,
  FIRST_TOKEN,
  isSameUrl,
  NOT_SIGNED,
  NOT_VERIFIED,
  registrationOf,
  type Subscription,
} from "./subscription.ts";
import { dropOperational, WITHDRAWN } from "./unsent.ts";
import { confirmVerification, nextConfirmUrl } from "./verification.ts";
import { rateAllowsMs, type Traffic } from "./waiting.ts";

/**
 * Creates the subscription and starts its verification, unless the format needs none or the admin waives it.
 *
 * @param url the endpoint; the registration may have only its host
 * @param secret undefined if the format signs nothing
 */
export async function createSubscription(
  parts: SubscriberParts,
  registration: Registration,
  url: string,
  { verify: isAsked, header, asymmetric, ratePerMinute, shape }: SubscriptionInput,
  secret: string | undefined,
): Promise<Subscription> {
  const { storage, store, state, jobs, secrets, now } = parts;
  const nowMs = now();
  const { needsVerification } = FORMATS[registration.format];
  const verify = isAsked && needsVerification;
  const sealed = secret === undefined ? [] : [await secrets.seal(registration.id, "secret", secret)];
  const subscription: Subscription = defined({
    ...registration,
    ...(await storedUrl(parts, registration, url)),
    status: verify ? ("pending" as const) : ("active" as const),
    sinceMs: nowMs,
    tokenGeneration: FIRST_TOKEN,
    secrets: sealed.map((each) => ({ sealed: each, untilMs: null })),
    header: header && (await secrets.sealHeader(registration.id, header)),
    asymmetric,
    ratePerMinute,
    shape,
    isProved: !verify,
    // A URL that needs no proof may still be made up: the first success tells.
    wasProved: !verify && needsVerification,
    proof: { challenge: "", number: 0, untilMs: nowMs },
  });
  const confirmUrl = await nextConfirmUrl(parts, subscription);
  store.atomically(() => {
    createTables(storage);
    state.save(subscription);
    if (!verify) return;
    state.startVerification(confirmUrl);
    // The Newsroom deletes registrations that are never reported.
    jobs.enqueue("report", null, nowMs + FIRST_REPORT_MS);
    jobs.enqueue("expire", null, registration.createdMs + UNVERIFIED_KEPT_MS + EXPIRY_REPORT_MS);
  });
  return subscription;
}

/** The settings that differ from those of a request to subscribe, by field. */
export async function differingSettings(
  { state, secrets, now }: SubscriberParts,
  {
    format,
    content,
    events,
    description,
    header,
    secret,
    asymmetric,
    ratePerMinute,
    shape,
  }: SubscriptionInput,
): Promise<string[]> {
  const present = state.get();
  if (present === undefined) return [];
  const named = header && { name: header.name.toLowerCase(), value: header.value };
  const kept = present.header && (await secrets.openHeader(present).catch(() => undefined));
  const [signing] = secret === undefined ? [] : await secrets.openLive(present, now()).catch(() => []);
  const pairs: Record<string, [unknown, unknown]> = {
    format: [format, present.format],
    content: [content, present.content],
    events: [events.toSorted(), present.events.toSorted()],
    description: [description, present.description],
    header: [named, kept && { name: kept.name.toLowerCase(), value: kept.value }],
    secret: [secret, signing],
    asymmetric: [asymmetric, present.asymmetric],
    ratePerMinute: [ratePerMinute, present.ratePerMinute],
    shape: [shape, present.shape],
  };
  return Object.entries(pairs)
    .filter(([, pair]) => JSON.stringify(pair[0]) !== JSON.stringify(pair[1]))
    .map(([field]) => field);
}

/**
 * Whether {@link changeSubscription} would make a change now. One that starts a verification counts as a call of
 * `verify`, unless the admin makes it.
 *
 * @returns null where there is no subscription
 */
export async function checkChange(
  { env, secretsKey, state, ownerRequests }: SubscriberParts,
  change: SubscriptionChange,
  isAdmin: boolean,
): Promise<CheckedChange | ChangeRefusal | null> {
  const present = state.get();
  if (present === undefined) return null;
  const { format } = present;
  const url = change.url === undefined ? undefined : await registeredUrl(secretsKey, format, change.url);
  const wanted = applyChange(present, change, { url });
  const refusal = refusalOf(await newsroom(env).changeSubscription(registrationOf(wanted), isAdmin, true));
  if (refusal !== undefined) return refusal;
  const isAsked = change.verify && FORMATS[format].needsVerification;
  const startsVerification = isAsked && !isSameUrl(wanted, present);
  const tooMany = startsVerification && !isAdmin ? ownerRequests.count("verify") : undefined;
  return tooMany ?? { ok: true, startsVerification };
}

function refusalOf(
  checked: Awaited<ReturnType<ReturnType<typeof newsroom>["changeSubscription"]>>,
): ChangeRefusal | undefined {
  if (checked.kind === "invalid") return { ok: false, issues: checked.issues };
  return checked.kind === "duplicate" ? DUPLICATE : undefined;
}

/**
 * Changes the subscription. What is pending and no longer asked for ends. A new URL is verified unless the admin waives it; then it gets the deliveries
 * that were pending for the old URL.
 */
export function changeSubscription(
  parts: SubscriberParts,
  change: SubscriptionChange,
  isAdmin: boolean,
): Promise<ChangeRefusal | undefined> {
  const { env, jobs, store, state, sql, mutex, secrets, alarm, now } = parts;
  return mutex.run(async () => {
    const before = state.get();
    if (before === undefined) return undefined;
    const header = change.header ? await secrets.sealHeader(before.id, change.header) : undefined;
    const url = change.url === undefined ? undefined : await storedUrl(parts, before, change.url);
    const sealed = { header, url };
    const confirmUrl = await nextConfirmUrl(parts, before);
    if (state.get() === undefined) return undefined; // deleted meanwhile
    // The report first: if this object dies during the change, the Newsroom gets the stored state.
    const reportMs = now() + INTERRUPTED_CHANGE_REPORT_MS;
    jobs.enqueue("report", null, reportMs);
    await alarm.scheduleBy(reportMs);
    const wanted = registrationOf(applyChange(before, change, sealed));
    const refusal = refusalOf(await newsroom(env).changeSubscription(wanted, isAdmin));
    if (refusal !== undefined) return refusal;
    // Read again: an attempt may have ended during the call.
    const present = state.get();
    if (present === undefined) return undefined;
    const next = applyChange(present, change, sealed);
    store.atomically(() => {
      state.save(next);
      jobs.enqueue("report", null, now());
      if (change.events !== undefined || change.filter !== undefined) {
        jobs.enqueue("narrow", { after: 0 }, now());
      }
      if (!next.events.includes("operational")) dropOperational(sql);
      if (!isSameUrl(next, present)) moveTo(next, state, confirmUrl);
    });
    return change.verify ? undefined : waiveVerification(parts);
  });
}

/** A new URL is verified. Where none is needed, it takes what the URL that was disabled had no use for. */
function moveTo({ format, status }: Subscription, state: SubscriberParts["state"], confirmUrl: string): void {
  if (FORMATS[format].needsVerification) state.startVerification(confirmUrl);
  else if (status === "disabled") state.activate();
}

/** Starts a new verification; if the admin waives it, the subscription is active at once. */
export function requestVerification(
  parts: SubscriberParts,
  isWaived: boolean,
): Promise<Conflict | undefined> {
  const { store, state, mutex } = parts;
  return mutex.run(async () => {
    const subscription = state.get();
    if (subscription === undefined) return undefined;
    if (subscription.isProved) {
      const { status } = subscription;
      return conflict("already-verified", `The endpoint is verified already; the subscription is ${status}.`);
    }
    const confirmUrl = await nextConfirmUrl(parts, subscription);
    store.atomically(() => state.startVerification(confirmUrl));
    return isWaived ? waiveVerification(parts) : undefined;
  });
}

async function waiveVerification(parts: SubscriberParts): Promise<Conflict | undefined> {
  const subscription = parts.state.get();
  return subscription?.status === "pending"
    ? confirmVerification(parts, subscription.proof.number, true)
    : undefined;
}

/** Holds all deliveries until `resume`. */
export function pause({ state }: SubscriberParts): Conflict | undefined {
  const status = state.get()?.status;
  if (status === "pending" || status === "disabled") {
    return conflict("not-active", `The subscription is ${status}; only an active one can be paused.`);
  }
  if (status === "active") state.setStatus("paused");
  return undefined;
}

/** Sends the held deliveries in order. */
export function resume({ store, state }: SubscriberParts): Conflict | undefined {
  const subscription = state.get();
  if (subscription === undefined || subscription.status === "active") return undefined;
  if (!subscription.isProved) return NOT_VERIFIED;
  store.atomically(() => state.activate());
  return undefined;
}

/** The tests that were sent: one, or one in each shape that the endpoint may want. */
export interface SentTests {
  ok: true;
  tests: { event: string; number: number; shape?: Shape }[];
}

/** @returns null where there is no subscription */
export function sendTest({ state }: SubscriberParts): SentTests | Conflict | null {
  const subscription = state.get();
  if (subscription === undefined) return null;
  const { id, status, format } = subscription;
  if (status !== "active") {
    return conflict("not-active", `The subscription is ${status}; only an active one is sent tests.`);
  }
  const test = { type: "subscription.test", subscription: id } as const;
  const { shapes } = FORMATS[format];
  if (shapes === undefined)
    return { ok: true, tests: [{ event: state.enqueueControlEvent(test), number: 1 }] };
  const tests = shapes.map((shape, index) => {
    const number = index + 1;
    const trial = { number, total: shapes.length, shape };
    return { event: state.enqueueControlEvent({ ...test, trial }), number, shape };
  });
  return { ok: true, tests };
}

/** `previousUntil`: the RFC 3339 instant at which the older secrets stop signing. Null where there is no subscription. */
export async function rotateSecret(
  { state, secrets, jobs, now }: SubscriberParts,
  secret: string,
  overlapMs: number,
): Promise<{ ok: true; previousUntil: string } | Conflict | null> {
  const before = state.get();
  if (before === undefined) return null;
  if (FORMATS[before.format].sign === undefined) return NOT_SIGNED;
  const sealed = await secrets.seal(before.id, "secret", secret);
  // Read again: the subscription may have changed meanwhile.
  const subscription = state.get();
  if (subscription === undefined) return null;
  const nowMs = now();
  state.save({ ...subscription, secrets: rotateSecrets(subscription.secrets, sealed, overlapMs, nowMs) });
  // The Newsroom learns which key seals now.
  jobs.enqueue("report", null, nowMs);
  return { ok: true, previousUntil: instantOfMs(nowMs + overlapMs) };
}

/** Replaces the token: the old one stops at once. @returns the generation of the new one */
export function rotateToken({ state }: SubscriberParts): number | null {
  const subscription = state.get();
  if (subscription === undefined) return null;
  const tokenGeneration = subscription.tokenGeneration + 1;
  state.save({ ...subscription, tokenGeneration });
  return tokenGeneration;
}

/** Sends the events after one sequence, up to another, again if the current filter matches them. */
export function replay(
  { jobs, state, now }: SubscriberParts,
  after: number,
  to: number,
): Conflict | undefined {
  if (state.get()?.isProved === false) return NOT_VERIFIED;
  if (jobs.isQueued("replay")) {
    return conflict("replay-in-progress", "A replay is in progress. Wait until it has ended.");
  }
  if (after < to) jobs.enqueue("replay", { after, to }, now());
  return undefined;
}

/**
 * Sends one event again, or a pending one now, after what waits before it.
 *
 * @returns null where there is no such event
 */
export async function redeliver(
  parts: SubscriberParts,
  event: string,
  traffic: () => Traffic,
): Promise<Conflict | null | undefined> {
  const { state, outbox, log, now } = parts;
  const subscription = state.get();
  if (subscription === undefined) return null;
  const delivery = log.get(event)?.delivery;
  if (delivery === undefined) return null;
  const { sequence, release } = delivery;
  if (sequence === null || release === null) {
    return conflict(
      "not-a-release-event",
      "Only events of releases can be sent again. POST …/test or …/verify sends a new event.",
    );
  }
  const refusal = refuseRedelivery(subscription, delivery) ?? refuseNow(subscription, delivery, traffic());
  if (refusal !== undefined) return refusal;
  if (delivery.state === "pending") {
    // Earlier events of the release are sent first, so they are due now too.
    outbox.expediteRelease(release, sequence, now());
    return undefined;
  }
  return sendAgain(parts, subscription, { event, sequence, release });
}

function refuseRedelivery({ status }: Subscription, { state, reason }: Delivery): Conflict | undefined {
  if (state === "replaced" && reason === WITHDRAWN) {
    return conflict(
      "release-retracted",
      "Its release was withdrawn before this event was delivered; the withdrawal was sent in its place. A later event of the release has its present text.",
    );
  }
  if (state === "replaced") {
    return conflict(
      "release-killed",
      "Its release was killed before this event was delivered; the kill was sent in its place.",
    );
  }
  if (status !== "active") {
    const detail = `The subscription is ${status}. Resume the subscription to send what it holds.`;
    return conflict("not-active", detail);
  }
  return undefined;
}

/** Why nothing can be sent at this time. A finished delivery may wait for `ratePerMinute` like all others. */
function refuseNow(
  { putOffUntilMs = 0, ratePerMinute }: Subscription,
  { event, state }: Delivery,
  traffic: Traffic,
): Conflict | undefined {
  if (putOffUntilMs > traffic.nowMs) {
    const until = instantOfMs(putOffUntilMs);
    return conflict(
      "endpoint-put-off",
      `The endpoint asked to be sent nothing before ${until} (Retry-After). What waits is sent then; a new URL does not wait.`,
    );
  }
  const allowedMs = rateAllowsMs(traffic, ratePerMinute);
  if (state !== "pending" || allowedMs <= traffic.nowMs || traffic.isInFlight(event)) return undefined;
  return conflict(
    "rate-reached",
    `The ratePerMinute of the subscription allows no attempt before ${instantOfMs(allowedMs)}. What waits is sent from then on; a higher rate does not wait.`,
  );
}

async function sendAgain(
  { env, state, outbox, now }: SubscriberParts,
  subscription: Subscription,
  { event, sequence, release }: { event: string; sequence: number; release: string },
): Promise<Conflict | null | undefined> {
  const rendered = await newsroom(env).bodyFor(subscription.id, sequence);
  if (state.get() === undefined) return null; // deleted during the call
  if (rendered === undefined) return undefined;
  if (rendered.kind === "killed") {
    return conflict(
      "release-killed",
      "Its release was killed later. The kill can be sent again: redeliver its release.killed event.",
    );
  }
  // A withdrawal or kill that arrived during the call must stay the last event of the release.
  if (outbox.isRetracted(release, rendered.asOf)) {
    return conflict("release-retracted", "Its release was withdrawn or killed during this request.");
  }
  outbox.requeue(event, rendered.body, now());
  return undefined;
}
