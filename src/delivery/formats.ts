/**
 * What a delivery looks like: one module a format, each with the same few functions.
 */
import type { ControlEvent, ReleaseEvent } from "../domain/event.ts";
import type { Content, FormatName } from "../domain/subscription.ts";
import { standard } from "./formats/standard.ts";

export interface Format {
  /** Of the body. */
  contentType: string;
  /** The very bytes that are signed and sent for a release's event. */
  releaseBody: (event: ReleaseEvent, content: Content) => string;
  /** The same for what a subscription is told of its own. */
  controlBody: (event: ControlEvent) => string;
}

export const FORMATS: Readonly<Record<FormatName, Format>> = { standard };
