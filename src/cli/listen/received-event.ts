/**
 * What arrives at a receiver, as far as it is shown.
 */
import * as z from "zod/mini";
import { printable } from "../shown-text.ts";

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

/** What can be shown. */
export type VisibleEvent = Exclude<ReceivedEvent, { kind: "challenge" }>;

/** How it came here: a webhook is signed, what is read from the API is not. */
export type Proof = "verified" | "verified, again" | "fetched, not signed";

/** @returns undefined if the JSON is no event at all */
export function readEvent(json: unknown): ReceivedEvent | undefined {
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
export function eventLine(event: VisibleEvent, at: Date, proof: Proof): string {
  const time = at.toISOString().slice(11, 23);
  if (event.kind === "other") return `${time} ${printable(event.type)}  ${proof}`;
  const { type, sequence, lang, title, url } = event;
  return `${time} ${printable(type)} ${sequence} ${printable(lang)}  “${printable(title)}”  ${printable(url)}  ${proof}`;
}
