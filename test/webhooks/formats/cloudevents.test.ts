import { describe, expect, it } from "vitest";
import { controlEventJson, releaseEventJson } from "../../../src/domain/event.ts";
import { cloudevents } from "../../../src/webhooks/formats/cloudevents.ts";
import { AT, event, SITE } from "../../support/release-events.ts";

/** CloudEvents 1.0, JSON format: the required attributes, and names of lower-case letters and digits. */
function parseEnvelope(body: string): Record<string, unknown> {
  const envelope = JSON.parse(body) as Record<string, unknown>;
  for (const name of ["id", "source", "type", "specversion"]) {
    expect(envelope[name], name).toEqual(expect.stringMatching(/./));
  }
  expect(envelope["specversion"]).toBe("1.0");
  expect(Object.keys(envelope).filter((name) => !/^[a-z0-9]{1,20}$/.test(name))).toEqual([]);
  return envelope;
}

describe("an event as CloudEvents 1.0", () => {
  it("has the standard event as its data", () => {
    const sent = event();
    expect(parseEnvelope(cloudevents.releaseBody(sent, "summary", SITE))).toEqual({
      specversion: "1.0",
      id: sent.id,
      source: "https://press.example",
      type: "release.published",
      subject: sent.release.id,
      time: "2026-11-27T09:15:00Z",
      datacontenttype: "application/json",
      data: releaseEventJson(sent, "summary"),
    });
  });

  it("carries the events of the subscription itself, so that an endpoint can be verified", () => {
    const sent = { type: "subscription.verify", id: "evt_1", at: AT, challenge: "c", confirm: "u" } as const;
    expect(parseEnvelope(cloudevents.controlBody(sent, SITE))).toMatchObject({
      type: "subscription.verify",
      data: controlEventJson(sent),
    });
  });

  it("says that it is an envelope", () => {
    expect(cloudevents.contentType).toBe("application/cloudevents+json; charset=utf-8");
  });
});
