/**
 * What the options on the command line take. A value that does not fit is wrong usage.
 */
import { InvalidArgumentError } from "commander";
import { RELEASE_EVENT_TYPES } from "../domain/event.ts";
import { parseInstant } from "../domain/dates.ts";
import { canonicalLanguage, RELEASE_TYPES, slug } from "../domain/release.ts";
import { oneLine } from "../domain/text.ts";
import { SUMMARY_CHARS_MAX } from "../domain/limits.ts";

export const DEFAULT_PORT = 8787;
/** Where `npm start` puts the service. */
export const DEFAULT_SERVICE = new URL(`http://localhost:${DEFAULT_PORT}`);

/** An address of a service, as `--to` takes it. */
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
    throw new InvalidArgumentError(`It must be the service's address, such as ${DEFAULT_SERVICE.origin}`);
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

/** Adds one more language to those given before. */
export function languages(text: string, before: readonly string[] = []): string[] {
  return [...before, languageTag(text)];
}

/** Adds one more release type to those given before. */
export function releaseTypes(text: string, before: readonly string[] = []): string[] {
  if (!RELEASE_TYPES.some((type) => type === text)) {
    throw new InvalidArgumentError(`It must be one of ${RELEASE_TYPES.join(", ")}.`);
  }
  return [...before, text];
}

/** Adds one more slug to those given before; the service knows which there are. */
export function slugs(text: string, before: readonly string[] = []): string[] {
  if (!slug.safeParse(text.toLowerCase()).success) {
    throw new InvalidArgumentError("It must be a slug, such as csto.");
  }
  return [...before, text.toLowerCase()];
}

/** Adds one more type of event to those given before. */
export function eventTypes(text: string, before: readonly string[] = []): string[] {
  if (!RELEASE_EVENT_TYPES.some((type) => type === text)) {
    throw new InvalidArgumentError(`It must be one of ${RELEASE_EVENT_TYPES.join(", ")}.`);
  }
  return [...before, text];
}

/** The number of an event; 0 stands before the first. */
export function sequence(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError("It must be a whole number from 0.");
  return Number(text);
}

/** A number of rows. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("It must be a whole number from 1.");
  return Number(text);
}

/** RFC 3339. */
export function spanInstant(text: string): string {
  if (parseInstant(text) === undefined) {
    throw new InvalidArgumentError("It must be an RFC 3339 instant, such as 2026-11-23T09:00:00Z.");
  }
  return text;
}

/** A sequence or an instant. */
export function spanEnd(text: string): string {
  if (/^\d{1,15}$/.test(text) || parseInstant(text) !== undefined) return text;
  throw new InvalidArgumentError("It must be a sequence, or an RFC 3339 instant.");
}

export function webAddress(text: string): string {
  if (!/^https?:$/.test(URL.parse(text)?.protocol ?? "")) {
    throw new InvalidArgumentError("It must be an http or https URL.");
  }
  return text;
}

/** What readers are told of a withdrawal, a kill or a reinstatement. */
export function reason(text: string): string {
  const told = oneLine(text);
  if (told === "") throw new InvalidArgumentError("It must say why, for readers.");
  if (told.length > SUMMARY_CHARS_MAX) {
    throw new InvalidArgumentError(`It must have ${SUMMARY_CHARS_MAX} characters at most.`);
  }
  return told;
}
