/**
 * Standard Webhooks 1.0: the event as JSON.
 */
import { controlEventJson, releaseEventJson } from "../../domain/event.ts";
import type { Format } from "../format.ts";
import { signStandard } from "../sign-standard.ts";

export const standard: Format = {
  contentType: "application/json",
  needsVerification: true,
  releaseBody: (event, content) => JSON.stringify(releaseEventJson(event, content)),
  controlBody: (event) => JSON.stringify(controlEventJson(event)),
  sign: signStandard,
  answers: { finalStatuses: [410] },
};
