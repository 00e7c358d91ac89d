/**
 * The commands that make a subscription be sent something.
 */
import type { ProblemCode } from "../../domain/codes.ts";
import { ServiceProblem } from "../api-client.ts";
import { CliError } from "../cli-error.ts";
import { suggestCommand } from "../command-line.ts";
import type { Subscription } from "./subscriptions-api.ts";

/** What makes one that is sent nothing be sent something; undefined for one that is. */
export function hintFor(
  { id, status }: Pick<Subscription, "id" | "status">,
  service: URL,
): string | undefined {
  switch (status) {
    case "paused":
    case "disabled":
      return `Send what is held: ${suggestCommand(service, "subscriptions", id, "--resume")}`;
    case "pending":
      return verifyHint(id, service);
    default:
      return undefined;
  }
}

/** A call, and with the service's refusal the command that removes its cause. */
export async function withHint<T>(subscription: Subscription, to: URL, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ServiceProblem)) throw error;
    // A subscription that was disabled before it was verified cannot be resumed.
    const hints: Record<string, string | undefined> = {
      "not-verified": verifyHint(subscription.id, to),
      "not-active": hintFor(subscription, to),
    } satisfies Partial<Record<ProblemCode, string | undefined>>;
    const hint = hints[error.code ?? ""];
    throw hint === undefined ? error : new CliError(`${error.message}\n${hint}`);
  }
}

function verifyHint(id: string, service: URL): string {
  return `Ask its endpoint anew: ${suggestCommand(service, "subscriptions", id, "--verify")}`;
}
