/**
 * The events that the service sends to endpoints, as webhooks of the OpenAPI document.
 */
import type * as z from "zod/mini";
import { SAMPLE_TYPES, sampleEventJson, type SampleType } from "../domain/sample-event.ts";
import { operationalEvent, releaseEvent, testEvent, verifyEvent } from "./answers/events.ts";

const SUMMARIES: Readonly<Record<SampleType, string>> = {
  "release.published": "A release becomes visible for the first time",
  "release.corrected": "A major edition",
  "release.revised": "A minor edition",
  "release.withdrawn": "A release is taken back, and stays readable",
  "release.killed": "A release is removed",
  "release.reinstated": "A withdrawn or killed release is back",
  "subscription.verify": "The endpoint must say that it wants the events",
  "subscription.test": "The owner asked for a test",
  operational: "Another subscription was disabled, or an event for it was given up",
};

const OTHERS: Partial<Record<SampleType, z.ZodMiniType>> = {
  "subscription.verify": verifyEvent,
  "subscription.test": testEvent,
  operational: operationalEvent,
};

export interface Webhook {
  type: SampleType;
  summary: string;
  schema: z.ZodMiniType;
  example: Record<string, unknown>;
}

/** @param baseUrl of the service in the examples */
export function webhooks(baseUrl: string): Webhook[] {
  return SAMPLE_TYPES.map((type) => ({
    type,
    summary: SUMMARIES[type],
    schema: OTHERS[type] ?? releaseEvent,
    example: sampleEventJson(type, baseUrl, "full"),
  }));
}

/** The headers of each delivery. */
export const DELIVERY_HEADERS: readonly [name: string, description: string][] = [
  ["webhook-id", "The event's id: the same on every attempt"],
  ["webhook-timestamp", "Seconds since 1970, of this attempt"],
  ["webhook-signature", "`v1,…` for each live secret; `v1a,…` too if the subscription asked for it"],
  ["webhook-event", "The event's type"],
];
