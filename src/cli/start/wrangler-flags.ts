/**
 * The arguments of `wrangler dev`: the user's flags and the defaults of `npm start`.
 */

/**
 * Reads `--var NAME:VALUE` in every spelling that wrangler accepts: repeated, several values after one
 * `--var`, or joined with `=`.
 */
export function givenVars(flags: readonly string[]): Map<string, string> {
  const vars = new Map<string, string>();
  let isValue = false;
  for (const flag of flags) {
    if (flag.startsWith("-")) isValue = flag === "--var" || flag === "--vars";
    const text = isValue && !flag.startsWith("-") ? flag : /^--vars?=(.*)$/s.exec(flag)?.[1];
    const colon = text?.indexOf(":") ?? -1;
    if (text !== undefined && colon > 0) vars.set(text.slice(0, colon), text.slice(colon + 1));
  }
  return vars;
}

/** The user's variables take precedence over the defaults. */
export function wranglerArguments(flags: readonly string[], port: number): string[] {
  const given = givenVars(flags);
  const defaults = { DNS_RESOLVER: "off", BASE_URL: `http://localhost:${port}` };
  const added = Object.entries(defaults).filter(([name]) => !given.has(name));
  // A delivery to the service itself would reach what only this machine may reach. The last of two applies.
  if ((given.get("LOCAL_TARGETS") ?? "loopback") === "loopback") {
    added.push(["LOCAL_TARGETS", `loopback-except-${port}`]);
  }
  const isInspectorGiven = flags.some((flag) => /^--inspector-port(?:=|$)/.test(flag));
  return [
    "dev",
    ...flags,
    `--port=${port}`,
    // By default wrangler picks a free port and opens it later: of two services that start at once, one fails.
    ...(isInspectorGiven ? [] : ["--inspector-port=0"]),
    "--show-interactive-dev-session=false",
    ...added.flatMap(([name, value]) => ["--var", `${name}:${value}`]),
  ];
}
