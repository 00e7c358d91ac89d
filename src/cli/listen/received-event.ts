/**
 * What arrives at a receiver, as far as it is shown.
 */
import * as z from "zod/mini";

const challenge = z.object({
  type: z.literal("subscription.verify"),
  data: z.object({ challenge: z.string() }),
});
const releaseEvent = z.object({
  type: z.string(),
  data: z.object({
    sequence: z.number(),
    release: z.object({ lang: z.string(), title: z.string(), url: z.string() }),
  }),
});
const anyEvent = z.object({ type: z.string() });

export type ReceivedEvent =
  | { kind: "challenge"; challenge: string }
  | { kind: "release"; type: string; sequence: number; lang: string; title: string; url: string }
  | { kind: "other"; type: string };

/** @returns undefined if the text is no event at all */
export function readEvent(text: string): ReceivedEvent | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const asked = z.safeParse(challenge, json);
  if (asked.success) return { kind: "challenge", challenge: asked.data.data.challenge };
  const told = z.safeParse(releaseEvent, json);
  if (told.success) {
    const { type, data } = told.data;
    return { kind: "release", type, sequence: data.sequence, ...data.release };
  }
  const other = z.safeParse(anyEvent, json);
  return other.success ? { kind: "other", type: other.data.type } : undefined;
}

/** One line for an event, such as `09:15:00.123 release.published 17 en …`. */
export function eventLine(
  event: Exclude<ReceivedEvent, { kind: "challenge" }>,
  at: Date,
  again: boolean,
): string {
  const time = at.toISOString().slice(11, 23);
  const mark = again ? "verified, again" : "verified";
  if (event.kind === "other") return `${time} ${shown(event.type)}  ${mark}`;
  const { type, sequence, lang, title, url } = event;
  return `${time} ${shown(type)} ${sequence} ${shown(lang)}  “${shown(title)}”  ${shown(url)}  ${mark}`;
}

/** Without control characters: what a title holds must not steer the terminal. */
function shown(text: string): string {
  return text.replace(/\p{Cc}+/gu, " ");
}
