/**
 * Who has a release, and who has not.
 */
import * as z from "zod/mini";
import { instantOfMs } from "../../domain/dates.ts";
import { parse } from "../../domain/issues.ts";
import { RECIPIENT_STATES, type RecipientState } from "../../domain/recipient-states.ts";
import { releaseId } from "../../domain/release.ts";
import { SUBSCRIPTION_ID } from "../../domain/subscription.ts";
import type { Recipient } from "../../newsroom/outbound/recipients.ts";
import { newsroom } from "../../runtime/stubs.ts";
import { PRIVATE_HEADERS } from "../auth.ts";
import type { Context } from "../context.ts";
import { invalid, notFound } from "../problem.ts";
import { deliveryJson } from "./deliveries.ts";

const recipientsQuery = z.object({
  cursor: z.optional(z.string().check(z.regex(SUBSCRIPTION_ID, "must be the `next` of the page before"))),
});

/** `GET /releases/ID/recipients`: every subscription that was sent a release or should have been, counts first. */
export async function getRecipients(c: Context): Promise<Response> {
  const id = parse(releaseId, c.req.param("id"));
  const query = parse(recipientsQuery, c.req.query());
  if (!query.ok) return invalid(c, query.issues, "Nothing was read.");
  if (!id.ok || (await newsroom(c.env).getForAdmin(id.value)) === null) return notFound(c);
  // One call of the Newsroom reads as many logs as the platform lets one invocation call objects.
  const recipients: Recipient[] = [];
  let next: string | null = query.value.cursor ?? "";
  for (let calls = c.var.config.subrequests - 2; calls > 0 && next !== null; calls -= 1) {
    const page: Awaited<ReturnType<ReturnType<typeof newsroom>["recipients"]>> = await newsroom(
      c.env,
    ).recipients(id.value, next);
    recipients.push(...page.recipients);
    ({ next } = page);
  }
  const data = recipients
    .map(recipientJson)
    .sort((a, b) => RECIPIENT_STATES.indexOf(a.state) - RECIPIENT_STATES.indexOf(b.state));
  const counts = Object.fromEntries(
    RECIPIENT_STATES.map((state) => [state, data.filter((each) => each.state === state).length]),
  );
  return c.json(
    { release: id.value, counts: { subscriptions: data.length, ...counts }, data, next },
    200,
    PRIVATE_HEADERS,
  );
}

function recipientJson({ deliveries, notSent, ...subscription }: Recipient) {
  const sent = (deliveries ?? []).map(({ deliveredMs, ...delivery }) => ({
    ...deliveryJson(delivery),
    delivered: deliveredMs === null ? null : instantOfMs(deliveredMs),
  }));
  const missing = notSent.map((event) => ({
    ...event,
    release: null,
    state: "not-sent",
    attempts: 0,
    created: null,
    nextAttempt: null,
    delivered: null,
  }));
  const events = [...sent, ...missing].sort((a, b) => Number(a.sequence) - Number(b.sequence));
  return { ...subscription, state: deliveries === null ? ("unknown" as const) : stateOf(events), events };
}

/** That of the latest event: it says whether the endpoint has the release as it is now. */
function stateOf(events: readonly { state?: unknown }[]): RecipientState {
  const state = events.at(-1)?.state;
  return state === "pending" ? "waiting" : (RECIPIENT_STATES.find((each) => each === state) ?? "unknown");
}
