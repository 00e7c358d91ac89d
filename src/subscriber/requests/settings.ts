/**
 * Creating a subscription and changing its settings. A request returns why it is refused, or undefined when it is done.
 * The Subscriber then starts the work that follows.
 */
import { defined } from "../../domain/defined.ts";
import { UNVERIFIED_KEPT_MS } from "../../domain/limits.ts";
import type { Registration, SubscriptionChange, SubscriptionInput } from "../../domain/subscription.ts";
import { newsroom } from "../../runtime/stubs.ts";
import { FORMATS } from "../../webhooks/payload.ts";
import { registeredUrl, storedUrl } from "../endpoint.ts";
import { EXPIRY_REPORT_MS, FIRST_REPORT_MS, INTERRUPTED_CHANGE_REPORT_MS } from "../limits.ts";
import type { SubscriberParts } from "../parts.ts";
import { createTables } from "../schema.ts";
import {
  applyChange,
  type ChangeRefusal,
  type CheckedChange,
  DUPLICATE,
  FIRST_TOKEN,
  isSameUrl,
  registrationOf,
  type Subscription,
} from "../subscription.ts";
import { dropOperational } from "../unsent.ts";
import { nextConfirmUrl, waiveVerification } from "../verification.ts";

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
 * Changes the subscription. A pending delivery that the new settings no longer ask for ends. A new URL is verified, unless
 * the admin waives the verification. Then it gets the deliveries that were pending for the old URL.
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
      if (!isSameUrl(next, present)) verifyOrActivate(next, state, confirmUrl);
    });
    return change.verify ? undefined : waiveVerification(parts);
  });
}

/** Starts the verification of a new URL. If the format needs none, a disabled subscription becomes active. */
function verifyOrActivate(
  { format, status }: Subscription,
  state: SubscriberParts["state"],
  confirmUrl: string,
): void {
  if (FORMATS[format].needsVerification) state.startVerification(confirmUrl);
  else if (status === "disabled") state.activate();
}
