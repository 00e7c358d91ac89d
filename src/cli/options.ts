/**
 * Parsers of option values. A value that a parser rejects is wrong usage (exit code 2).
 */
import { InvalidArgumentError } from "commander";
import { parseInstant } from "../domain/dates.ts";
import { RELEASE_EVENT_TYPES } from "../domain/event.ts";
import { SUMMARY_CHARS_MAX } from "../domain/limits.ts";
import { canonicalLanguage, RELEASE_TYPES, slug } from "../domain/release.ts";
import { oneLine } from "../domain/text.ts";

export const DEFAULT_PORT = 8787;
/** The address of a service that `npm start` runs. */
export const DEFAULT_SERVICE = new URL(`http://localhost:${DEFAULT_PORT}`);

/** A command to copy: `npm run communique -- replay sub_1a2b3c4d --event 17`, with `--to` where needed. */
export function suggestCommand(service: URL, ...words: string[]): string {
  const to = service.href === DEFAULT_SERVICE.href ? [] : ["--to", service.href.replace(/\/$/, "")];
  return ["npm run communique --", ...words, ...to].join(" ");
}

/** The base URL of a service, for `--to`. */
export function serviceUrl(text: string): URL {
  const url = URL.parse(text);
  const isBase = url !== null && !url.search && !url.hash && !url.username && !url.password;
  if (isBase && /^https?:$/.test(url.protocol)) {
    if (url.pathname === "/") return url;
    throw new InvalidArgumentError(`It must be the URL of the service without a path: ${url.origin}.`);
  }
  throw new InvalidArgumentError(`It must be the URL of the service, such as ${DEFAULT_SERVICE.origin}.`);
}

/** 1 to 65535. */
export function portNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new InvalidArgumentError("It must be a number from 1 to 65535.");
  return port;
}

/** `NAME:VALUE`, added to the variables before it. */
export function variables(text: string, before: ReadonlyMap<string, string>): Map<string, string> {
  const [, name, value] = /^([^:]+):(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError("It must be NAME:VALUE.");
  return new Map([...before, [name, value]]);
}

/** Like {@link variables}, for a service that others reach: a variable of a Worker can be read, a secret cannot. */
export function publicVariables(text: string, before: ReadonlyMap<string, string>): Map<string, string> {
  const after = variables(text, before);
  const secret = ["ADMIN_TOKEN", "SECRETS_KEY", "SIGNING_KEY"].find((name) => after.has(name));
  if (secret === undefined) return after;
  throw new InvalidArgumentError(`${secret} is a secret: put it into the file of --secrets.`);
}

/** An option of wrangler that one of ours replaces. */
export function replacedBy(own: string): () => never {
  return () => {
    throw new InvalidArgumentError(`Use ${own} instead.`);
  };
}

/** A BCP 47 tag, in its canonical case. */
export function languageTag(text: string): string {
  const tag = canonicalLanguage(text);
  if (tag === undefined) throw new InvalidArgumentError("It must be a BCP 47 tag, such as en or hy.");
  return tag;
}

/** BCP 47 tags joined by commas, as LANGUAGES has them. */
export function languageList(text: string): string {
  return text
    .split(",")
    .map((tag) => languageTag(tag.trim()))
    .join();
}

const slugOption = matching((text) => slug.safeParse(text).success, "a slug, such as csto");

/** The values of a repeatable option. */
export const languages = repeatable(languageTag);
export const releaseTypes = repeatable(oneOf(RELEASE_TYPES));
export const eventTypes = repeatable(oneOf(RELEASE_EVENT_TYPES));
/** Only the service knows whether its registry holds a slug. */
export const slugs = repeatable((text) => slugOption(text.toLowerCase()));

/** The sequence of an event; 0 is before the first event. */
export const sequence = wholeNumber(/^\d{1,15}$/, 0);
/** Seconds to wait. */
export const seconds = wholeNumber(/^[1-9]\d{0,3}$/, 1);
/** A number of rows. */
export const rowLimit = wholeNumber(/^[1-9]\d{0,8}$/, 1);

/** An RFC 3339 instant. */
export const instant = matching(isInstant, "an RFC 3339 instant, such as 2026-11-23T09:00:00Z");
export const sequenceOrInstant = matching(
  (text) => /^\d{1,15}$/.test(text) || isInstant(text),
  "the sequence of an event, or an RFC 3339 instant",
);
export const webAddress = matching(
  (text) => /^https?:$/.test(URL.parse(text)?.protocol ?? ""),
  "an http or https URL",
);

/** The public reason for a withdrawal, a kill or a reinstatement. */
export function reason(text: string): string {
  const line = oneLine(text);
  if (line === "") throw new InvalidArgumentError("It must give a reason that readers understand.");
  if (line.length > SUMMARY_CHARS_MAX) {
    throw new InvalidArgumentError(`It must have at most ${SUMMARY_CHARS_MAX} characters.`);
  }
  return line;
}

/** @param what completes `It must be …` */
function matching(isValid: (text: string) => boolean, what: string): (text: string) => string {
  return (text) => {
    if (isValid(text)) return text;
    throw new InvalidArgumentError(`It must be ${what}.`);
  };
}

function oneOf(values: readonly string[]): (text: string) => string {
  return matching((text) => values.includes(text), `one of ${values.join(", ")}`);
}

function wholeNumber(pattern: RegExp, least: number): (text: string) => number {
  const checked = matching((text) => pattern.test(text), `a whole number, ${least} or greater`);
  return (text) => Number(checked(text));
}

function isInstant(text: string): boolean {
  return parseInstant(text) !== undefined;
}

/** Appends a value to those of earlier options of the same name. */
function repeatable(parse: (text: string) => string): (text: string, before?: string[]) => string[] {
  return (text, before = []) => [...before, parse(text)];
}
