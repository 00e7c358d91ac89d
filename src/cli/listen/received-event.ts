/**
 * Parses the JSON of an event, as far as the receiver uses it.
 */
import * as z from "zod/mini";

const verification = z.object({
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
  | { kind: "verification"; challenge: string }
  | { kind: "release"; type: string; sequence: number; lang: string; title: string; url: string }
  | { kind: "other"; type: string };

/** Events that are printed. */
export type VisibleEvent = Exclude<ReceivedEvent, { kind: "verification" }>;

/** @returns undefined if the JSON is not an event */
export function readEvent(json: unknown): ReceivedEvent | undefined {
  const request = z.safeParse(verification, json);
  if (request.success) return { kind: "verification", challenge: request.data.data.challenge };
  const release = z.safeParse(releaseEvent, json);
  if (release.success) {
    const { type, data } = release.data;
    return { kind: "release", type, sequence: data.sequence, ...data.release };
  }
  const other = z.safeParse(anyEvent, json);
  return other.success ? { kind: "other", type: other.data.type } : undefined;
}
