/**
 * Commands that let a subscription receive events again.
 */
import type { ProblemCode } from "../../domain/codes.ts";
import { ServiceProblem } from "../api-client.ts";
import { CliError } from "../cli-error.ts";
import { suggestCommand } from "../options.ts";
import type { Subscription, SubscriptionsApi } from "./subscriptions-api.ts";

/** The command for a subscription that is not active; undefined for an active one. */
export function hintFor({ id, status }: Subscription, { service }: SubscriptionsApi): string | undefined {
  if (status === "pending") return verifyHint(id, service);
  if (status !== "paused" && status !== "disabled") return undefined;
  return `Send what is held: ${suggestCommand(service, "subscriptions", id, "--resume")}`;
}

/** Awaits a call; if the service refuses because of the subscription's status, the error names the remedy. */
export async function withHint<T>(
  subscription: Subscription,
  api: SubscriptionsApi,
  call: Promise<T>,
): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof ServiceProblem)) throw error;
    // A subscription that was disabled before it was verified cannot be resumed.
    const hints: Record<string, string | undefined> = {
      "not-verified": verifyHint(subscription.id, api.service),
      "not-active": hintFor(subscription, api),
    } satisfies Partial<Record<ProblemCode, string | undefined>>;
    const hint = hints[error.code ?? ""];
    throw hint === undefined ? error : new CliError(`${error.message}\n${hint}`);
  }
}

function verifyHint(id: string, service: URL): string {
  return `Verify its endpoint again: ${suggestCommand(service, "subscriptions", id, "--verify")}`;
}
