/**
 * Standard Webhooks 1.0: an event as JSON, as CONTRACT 7 has it.
 */
import {
  type ControlEvent,
  controlEventJson,
  type ReleaseEvent,
  releaseEventJson,
} from "../../domain/event.ts";

import type { Content } from "../../domain/subscription.ts";

export const standard = {
  contentType: "application/json",
  releaseBody: (event: ReleaseEvent, content: Content) => JSON.stringify(releaseEventJson(event, content)),
  controlBody: (event: ControlEvent) => JSON.stringify(controlEventJson(event)),
};
