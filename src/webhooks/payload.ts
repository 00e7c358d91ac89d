/**
 * The body of a webhook. Each format turns an event into the exact bytes that are signed and sent.
 */
import { type ControlEvent, controlEventJson, type ReleaseEvent, releaseEventJson } from "../domain/event.ts";
import type { Content, PayloadFormat } from "../domain/subscription.ts";

export interface Format {
  /** Content-Type of the body. */
  contentType: string;
  /** The body for an event of a release. */
  releaseBody: (event: ReleaseEvent, content: Content) => string;
  /** The body for an event of the subscription itself. */
  controlBody: (event: ControlEvent) => string;
}

/** Standard Webhooks 1.0: the event as JSON. */
const standard: Format = {
  contentType: "application/json",
  releaseBody: (event, content) => JSON.stringify(releaseEventJson(event, content)),
  controlBody: (event) => JSON.stringify(controlEventJson(event)),
};

export const FORMATS: Readonly<Record<PayloadFormat, Format>> = { standard };
