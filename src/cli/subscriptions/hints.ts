/**
 * The commands that make a desk be sent something.
 */
import { ServiceProblem } from "../api-client.ts";
import { Refusal } from "../cli-error.ts";
import { commandLine } from "../command-line.ts";
import type { Subscription } from "./subscriptions-api.ts";

const CONFLICT = 409;

/** What makes one that is sent nothing be sent something; undefined for one that is. */
export function adviceOn(
  { id, status }: Pick<Subscription, "id" | "status">,
  service: URL,
): string | undefined {
  switch (status) {
    case "paused":
    case "disabled":
      return `Send what is held: ${commandLine(service, "subscriptions", id, "--resume")}`;
    case "pending":
      return toVerify(id, service);
    default:
      return undefined;
  }
}

/** A call, and with the service's refusal the command that removes its cause. */
export async function withAdvice<T>(desk: Subscription, to: URL, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ServiceProblem) || error.status !== CONFLICT) throw error;
    // One that was disabled before it proved itself cannot be resumed.
    const advice = error.message.includes("verify") ? toVerify(desk.id, to) : adviceOn(desk, to);
    throw advice === undefined ? error : new Refusal(`${error.message}\n${advice}`);
  }
}

function toVerify(id: string, service: URL): string {
  return `Ask its endpoint anew: ${commandLine(service, "subscriptions", id, "--verify")}`;
}
