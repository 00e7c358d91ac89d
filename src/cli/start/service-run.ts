/**
 * What one run of the service needs to know: the user's options, with the defaults of `npm start`.
 */

/** Given to the process that runs the service as JSON, in the environment variable {@link RUN_VARIABLE}. */
export interface ServiceRun {
  /** The file of wrangler's configuration. */
  config: string;
  /** The address to listen at; undefined: the one of the configuration. */
  ip: string | undefined;
  port: number;
  stateFolder: string;
  vars: Record<string, string>;
}

/** Not an argument: every user of the machine may read those, and these hold secrets. */
export const RUN_VARIABLE = "COMMUNIQUE_RUN";

/** The variables and secrets of a run. The user's take precedence over the defaults. */
export function runVars(given: ReadonlyMap<string, string>, port: number): Record<string, string> {
  const targets = given.get("LOCAL_TARGETS") ?? "loopback";
  return {
    DNS_RESOLVER: "off",
    BASE_URL: `http://localhost:${port}`,
    ...Object.fromEntries(given),
    // A delivery to the service itself would reach what only this machine may reach.
    LOCAL_TARGETS: targets === "loopback" ? `loopback-except-${port}` : targets,
  };
}
