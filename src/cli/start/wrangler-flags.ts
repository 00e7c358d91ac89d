/**
 * The flags of `npm start` that are wrangler's, and those that are always added.
 */

/**
 * The names and values given with `--var NAME:VALUE`, in any of the spellings that wrangler takes:
 * repeated, several behind one `--var`, or joined by `=`.
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

/** What `wrangler` is started with. What the user gave wins over what we would. */
export function wranglerArguments(flags: readonly string[], port: number): string[] {
  const given = givenVars(flags);
  const own = { LOCAL_TARGETS: "loopback", DNS_RESOLVER: "off", BASE_URL: `http://localhost:${port}` };
  const added = Object.entries(own).filter(([name]) => !given.has(name));
  const inspectorGiven = flags.some((flag) => /^--inspector-port(?:=|$)/.test(flag));
  return [
    "dev",
    ...flags,
    `--port=${port}`,
    // Left alone, wrangler looks for a free one and takes it later: of two that start at once, one fails.
    ...(inspectorGiven ? [] : ["--inspector-port=0"]),
    "--show-interactive-dev-session=false",
    ...added.flatMap(([name, value]) => ["--var", `${name}:${value}`]),
  ];
}
