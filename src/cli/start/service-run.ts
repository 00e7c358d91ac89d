/**
 * What one run of the service needs to know: the user's options, with the defaults of `npm start`.
 */
import { defined } from "../../domain/defined.ts";
import { isThisMachine } from "../../domain/target-url.ts";
import type { Build, ExtraBindings, Location } from "./on-workerd.ts";

/**
 * Sent to the process that runs the service as a message. It is no argument and no environment variable, because
 * programs of this machine can read those, and this holds secrets.
 */
export interface ServiceRun {
  build: Build;
  location: Location;
  /** Whether the process prints what is no warning and no error. */
  verbose: boolean;
  /** Variables and secrets, over those of wrangler.toml. */
  vars: Record<string, string>;
  entry?: ExtraBindings["entry"];
}

/**
 * The variables and secrets of a run.
 *
 * @param kept those of `.dev.vars`
 * @param given the user's; they take precedence over the defaults
 */
export function runVars(
  kept: Readonly<Partial<Record<string, string>>>,
  given: ReadonlyMap<string, string>,
  { host, port, entryPort }: Location,
): Record<string, string> {
  // Where other machines reach the service, it must not post to this one.
  const targets = given.get("LOCAL_TARGETS") ?? (isThisMachine(host ?? "localhost") ? "loopback" : "deny");
  return {
    ...defined(kept),
    DNS_RESOLVER: "off",
    BASE_URL: `http://localhost:${port}`,
    ...Object.fromEntries(given),
    // A delivery to the service itself would reach what only this machine may reach.
    LOCAL_TARGETS: targets === "loopback" ? `loopback-except-${port}-${entryPort}` : targets,
  };
}
