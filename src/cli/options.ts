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
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.search ||
    url.hash ||
    url.username ||
    url.password
  ) {
    throw new InvalidArgumentError(`It must be the URL of the service, such as ${DEFAULT_SERVICE.origin}.`);
  }
  return url;
}

/** 1 to 65535. */
export function portNumber(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new InvalidArgumentError("It must be a number from 1 to 65535.");
  return port;
}

/** A BCP 47 tag, in its canonical case. */
export function languageTag(text: string): string {
  const tag = canonicalLanguage(text);
  if (tag === undefined) throw new InvalidArgumentError("It must be a BCP 47 tag, such as en or hy.");
  return tag;
}

/** Appends a language to those of earlier `--lang` options. */
export function languages(text: string, before: readonly string[] = []): string[] {
  return [...before, languageTag(text)];
}

/** Appends a release type. */
export function releaseTypes(text: string, before: readonly string[] = []): string[] {
  return [...before, oneOf(RELEASE_TYPES, text)];
}

/** Appends an event type. */
export function eventTypes(text: string, before: readonly string[] = []): string[] {
  return [...before, oneOf(RELEASE_EVENT_TYPES, text)];
}

/** Appends a slug. Only the service knows whether its registry holds the slug. */
export function slugs(text: string, before: readonly string[] = []): string[] {
  if (!slug.safeParse(text.toLowerCase()).success) {
    throw new InvalidArgumentError("It must be a slug, such as csto.");
  }
  return [...before, text.toLowerCase()];
}

/** The sequence of an event; 0 is before the first event. */
export function sequence(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("It must be a whole number, 0 or greater.");
  return Number(text);
}

/** A number of rows. */
export function rowLimit(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidArgumentError("It must be a whole number, 1 or greater.");
  return Number(text);
}

/** An RFC 3339 instant. */
export function instant(text: string): string {
  if (parseInstant(text) === undefined) {
    throw new InvalidArgumentError("It must be an RFC 3339 instant, such as 2026-11-23T09:00:00Z.");
  }
  return text;
}

/** A sequence or an RFC 3339 instant. */
export function sequenceOrInstant(text: string): string {
  if (/^\d{1,15}$/.test(text) || parseInstant(text) !== undefined) return text;
  throw new InvalidArgumentError("It must be the sequence of an event, or an RFC 3339 instant.");
}

export function webAddress(text: string): string {
  if (!/^https?:$/.test(URL.parse(text)?.protocol ?? "")) {
    throw new InvalidArgumentError("It must be an http or https URL.");
  }
  return text;
}

/** The public reason for a withdrawal, a kill or a reinstatement. */
export function reason(text: string): string {
  const line = oneLine(text);
  if (line === "") throw new InvalidArgumentError("It must give a reason that readers understand.");
  if (line.length > SUMMARY_CHARS_MAX) {
    throw new InvalidArgumentError(`It must have at most ${SUMMARY_CHARS_MAX} characters.`);
  }
  return line;
}

function oneOf(values: readonly string[], text: string): string {
  if (values.includes(text)) return text;
  throw new InvalidArgumentError(`It must be one of ${values.join(", ")}.`);
}
