/**
 * CloudEvents 1.0, structured mode: the standard event is the data of the envelope. It is signed and verified as the
 * standard one; a CloudEvents handshake (OPTIONS) is not needed for that.
 */
import { formatInstant, type Instant } from "../../domain/dates.ts";
import { defined } from "../../domain/defined.ts";
import { controlEventJson, releaseEventJson } from "../../domain/event.ts";
import type { Site } from "../../domain/site.ts";
import type { Format } from "../format.ts";
import { standard } from "./standard.ts";

export const cloudevents: Format = {
  ...standard,
  contentType: "application/cloudevents+json; charset=utf-8",
  releaseBody: (event, content, site) =>
    envelope(site, { ...event, subject: event.release.id }, releaseEventJson(event, content)),
  controlBody: (event, site) => envelope(site, event, controlEventJson(event)),
};

/** `source` and `id` together name one event: the id of a webhook. */
function envelope(
  { baseUrl }: Site,
  { id, type, at, subject }: { id: string; type: string; at: Instant; subject?: string },
  data: Record<string, unknown>,
): string {
  return JSON.stringify({
    specversion: "1.0",
    id,
    source: baseUrl,
    type,
    ...defined({ subject }),
    time: formatInstant(at),
    datacontenttype: "application/json",
    data,
  });
}
