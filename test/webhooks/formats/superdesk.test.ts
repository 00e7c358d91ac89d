import { describe, expect, it } from "vitest";
import type { ReleaseEvent } from "../../../src/domain/event.ts";
import { superdesk } from "../../../src/webhooks/formats/superdesk.ts";
import { corrected, event, killed, SITE, view, withdrawn } from "../../support/release-events.ts";

const GUID = "urn:uuid:cc478c9d-9091-4031-92ad-cbfc8561d23d";
const bodyOf = (sent: ReleaseEvent, content: "full" | "summary" = "full") =>
  JSON.parse(superdesk.releaseBody(sent, content, SITE)) as Record<string, unknown>;
/** The only times that superdesk-core's parser reads. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|\+0000|\+00:00)$/;

describe("an event for Superdesk", () => {
  it("is ninjs 1.x with codes, in whole seconds", () => {
    const sent = bodyOf(event());
    expect(sent).toMatchObject({
      guid: GUID,
      version: "18",
      type: "text",
      headline: "Statement on the Dilijan summit",
      description_text: "The summit takes place on 2 December.",
      body_html: "<p>The summit takes place on 2 December.</p>",
      language: "en",
      pubstatus: "usable",
      genre: [{ code: "statement", name: "Statement" }],
      subject: [
        { code: "collective-security", name: "Collective security", scheme: "topics" },
        { code: "csto", name: "CSTO", scheme: "organisations" },
      ],
      place: [{ code: "dilijan", name: "Dilijan" }],
    });
    for (const name of ["versioncreated", "firstcreated", "firstpublished"]) {
      expect(sent[name], name).toMatch(TIME);
    }
  });

  it("has its picture among associations by name", () => {
    const image = {
      url: "https://press.example/files/1/a.jpg",
      alt: "A hall",
      type: "image/jpeg",
      width: 8,
      height: 6,
    };
    const { associations } = bodyOf(event({ release: view({ image }) }));
    expect(associations).toEqual({
      featuremedia: expect.objectContaining({
        guid: image.url,
        type: "picture",
        body_text: "A hall",
        renditions: expect.objectContaining({
          original: { href: image.url, mimetype: "image/jpeg", width: 8, height: 6 },
        }),
      }),
    });
  });

  it("has a higher version under the same guid when it is corrected, with what changed", () => {
    expect(bodyOf({ ...corrected("Corrected the date"), sequence: 19 })).toMatchObject({
      guid: GUID,
      version: "19",
      ednote: "Corrected the date",
      pubstatus: "usable",
    });
  });

  it("is canceled when the release is withdrawn or killed", () => {
    expect(bodyOf(withdrawn("Premature"))).toMatchObject({ pubstatus: "canceled", ednote: "Premature" });
    expect(bodyOf(killed("Never ours"))).toMatchObject({
      guid: GUID,
      pubstatus: "canceled",
      ednote: "Never ours",
      headline: "This text has been removed",
      // An empty one would leave the abstract that Superdesk has.
      description_text: "This text has been removed",
      body_html: "",
      body_text: "",
    });
  });

  it("has no text of the release as a summary", () => {
    const sent = bodyOf(event(), "summary");
    expect(sent).not.toHaveProperty("body_html");
    expect(sent).not.toHaveProperty("body_text");
  });
});
