/**
 * The service's log: one wide line of JSON for each thing that happened.
 */

/**
 * Writes one line.
 *
 * @param message names the kind of line; the same for every line of that kind
 * @param fields facts about this one; an undefined field is left out
 */
export function log(
  level: "info" | "warn" | "error",
  message: string,
  fields: Record<string, unknown>,
): void {
  const write = { info: console.log, warn: console.warn, error: console.error }[level];
  write(JSON.stringify({ message, ...fields }));
}
