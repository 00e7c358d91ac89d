/**
 * `communique recipients`: who has a release, who has not, and why.
 */
import { findAdminToken } from "../admin-token.ts";
import { CliError } from "../cli-error.ts";
import { findRelease } from "../find-release.ts";
import { suggestCommand } from "../options.ts";
import { print, report } from "../output.ts";
import { printTable, type TableRow } from "../table.ts";
import { counted, printable, relativeTime } from "../terminal.ts";
import { describeDelivery } from "./describe-delivery.ts";
import { type Recipient, SubscriptionsApi } from "./subscriptions-api.ts";

interface RecipientsOptions {
  to: URL;
  json: boolean;
}

/** States in which the endpoint lacks what it asked for. */
const LACKING = new Set(["failed", "unknown", "waiting", "held", "not-sent"]);

export async function recipientsCommand(named: string, { to, json }: RecipientsOptions): Promise<void> {
  const api = new SubscriptionsApi(to, await findAdminToken(to));
  const id = await findRelease(named, api);
  const found = await api.recipients(id);
  if (found === undefined) throw new CliError(`${to.origin} has no release ${id}: check --to and the id.`);
  if (json) return print(JSON.stringify(found, null, 2));
  const facts = await api.release(id);
  if (facts !== undefined) print(`“${printable(facts.title)}”  ${facts.url}  ${facts.status}`);
  const { subscriptions, ...states } = found.counts;
  const parts = Object.entries(states).flatMap(([state, count]) => (count > 0 ? `${count} ${state}` : []));
  print([counted(subscriptions ?? 0, "subscription"), parts.join(", ")].filter(Boolean).join(": "));
  const nowMs = Date.now();
  printTable(found.data.map((recipient) => rowOf(recipient, nowMs)));
  const lacking = found.data.find(({ state }) => LACKING.has(state));
  if (lacking === undefined) return;
  // The log of a subscription of the hub names versions of its feed, not releases.
  const release = typeof lacking.topic === "string" ? [] : [id];
  report(`See every attempt: ${suggestCommand(to, "deliveries", lacking.subscription, ...release)}`);
}

function rowOf(
  { subscription, url, description, status, state, events }: Recipient,
  nowMs: number,
): TableRow {
  const last = events.at(-1);
  // The moment of a delivery has a column of its own.
  const why =
    state === "delivered" || last === undefined
      ? null
      : describeDelivery({ ...last, log: [] }, { status }, nowMs);
  const name = description ?? url;
  const delivered = last?.delivered ?? null;
  return {
    isFailing: state === "failed" || state === "unknown",
    terminal: {
      state,
      name,
      event: last?.type.replace("release.", "") ?? null,
      delivered: delivered && relativeTime(delivered, nowMs),
      why,
    },
    plain: {
      subscription,
      name,
      status,
      state,
      event: last?.type ?? null,
      sequence: last?.sequence ?? null,
      delivered,
      "next attempt": last?.nextAttempt ?? null,
      why,
    },
  };
}
