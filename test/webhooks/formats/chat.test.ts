import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ControlEvent, ReleaseEvent } from "../../../src/domain/event.ts";
import { oneLine } from "../../../src/domain/text.ts";
import type { ReleaseView } from "../../../src/domain/release.ts";
import { fill } from "../../../src/domain/phrases.ts";
import { phrasesIn, WORDED_LANGUAGES } from "../../../src/i18n/wording.ts";
import type { Format } from "../../../src/webhooks/format.ts";
import { slack } from "../../../src/webhooks/formats/slack.ts";
import { teams } from "../../../src/webhooks/formats/teams.ts";
import { telegram } from "../../../src/webhooks/formats/telegram.ts";
import { AT, corrected, event, killed, SITE, view, withdrawn } from "../../support/release-events.ts";
import { readSlack, readTeams, readTelegram, type Read } from "./chat-services.ts";

const SERVICES: [name: string, format: Format, read: (body: string) => Read][] = [
  ["slack", slack, readSlack],
  ["teams", teams, readTeams],
  ["telegram", telegram, readTelegram],
];
const IMAGE = { url: "https://press.example/files/1/hall.jpg", alt: "The hall", type: "image/jpeg" };
const HISTORY = `${view().url}/history`;

function finished(format: Format, body: string, attempt = 1): string {
  return format.finish?.(body, { attempt, shape: undefined }) ?? body;
}

describe.each(SERVICES)("a message in %s", (_name, format, read) => {
  const shown = (sent: ReleaseEvent, attempt = 1) =>
    read(finished(format, format.releaseBody(sent, "full", SITE), attempt));

  it("shows title, type, language, date, publisher, summary, image and link of a new text", () => {
    const read = shown(event({ release: view({ image: IMAGE }) }));
    for (const part of [
      "Statement on the Dilijan summit",
      "Statement · English · 26 November 2026 · Ministry of Tests",
      "The summit takes place on 2 December.",
    ]) {
      expect(read.text).toContain(part);
    }
    expect(read.links).toContain(view().url);
    expect(read.images).toEqual([IMAGE.url]);
    expect(read.text).not.toMatch(/⛔|Corrected/);
  });

  it("says what a correction changed, and links the history", () => {
    const read = shown(corrected("Corrected the date"));
    expect(read.text).toContain("Corrected: Statement on the Dilijan summit");
    expect(read.text).toContain("What changed: Corrected the date");
    expect(read.links).toEqual(expect.arrayContaining([view().url, HISTORY]));
  });

  it("cannot be taken for news when it withdraws a text", () => {
    const read = shown(withdrawn("It was premature", { image: IMAGE }));
    expect(read.text).toMatch(/^⛔ Withdrawn: Statement on the Dilijan summit/);
    expect(read.struck).toBe("Statement on the Dilijan summit");
    expect(read.text).toContain("This text has been withdrawn");
    expect(read.text).toContain("Do not use it");
    expect(read.text).toContain("Reason: It was premature");
    expect(read.text).not.toContain("The summit takes place");
    expect(read.images).toEqual([]);
  });

  it("cannot be taken for news when it removes a text, and has none of it", () => {
    const read = shown(killed("Never ours"));
    expect(read.text).toMatch(/^⛔ This text has been removed/);
    expect(read.text).toContain("Reason: Never ours");
    expect(read.text).toContain("26 November 2026");
    expect(read.images).toEqual([]);
  });

  it("is in the language of the release", () => {
    const read = shown(corrected("Ամսաթիվն ուղղված է", { lang: "hy", title: "Հայտարարություն" }));
    expect(read.text).toContain("Ուղղված է: Հայտարարություն");
    expect(read.text).toContain("Հայերեն");
  });

  it("is text for people about the subscription itself, too", () => {
    const about = { id: "evt_1", at: AT };
    const subscription = { id: "sub_1", host: "desk.example" };
    const controls: [ControlEvent, string][] = [
      [{ ...about, type: "subscription.test", subscription: "sub_1" }, "This is a test"],
      [
        {
          ...about,
          type: "operational",
          what: "subscription.disabled",
          subscription,
          reason: "the endpoint answered 410 Gone",
        },
        "A subscription at desk.example was disabled",
      ],
      [
        { ...about, type: "operational", what: "delivery.given-up", subscription, reason: "answered 500" },
        "A message for desk.example could not be delivered",
      ],
    ];
    for (const [control, words] of controls) {
      expect(read(finished(format, format.controlBody(control, SITE))).text).toContain(words);
    }
  });

  it("mentions nobody and marks nothing up, whatever the texts are", () => {
    const title = "<!channel> *all* @here [x](https://evil.example) <at>Ann</at> & <b>";
    const read = shown(corrected(title, { title, summary: title }));
    expect(read.text.split(title).length - 1).toBe(3);
    expect(read.links.filter((link) => link.includes("evil"))).toEqual([]);
  });

  it("stays within the limits of the service, and is cut between graphemes, for any texts", () => {
    const text = (maxLength: number) =>
      fc.oneof(
        fc.string({ unit: "grapheme", maxLength }),
        fc
          .constantFrom("👩‍👩‍👧‍👦", "🇦🇲", "e\u0301", '"', "\\", "<&>", "漢", "a")
          .map((unit) => unit.repeat(maxLength / unit.length)),
      );
    const lang = fc.constantFrom("en", "hy", "ar", "ja", "de", "zh-Hant");
    const kinds = [
      (note: string, fields: Partial<ReleaseView>) =>
        event({ release: view(fields), change: null, reason: note }),
      corrected,
      withdrawn,
      killed,
    ];
    fc.assert(
      fc.property(
        text(1_000),
        text(5_000),
        text(5_000),
        lang,
        fc.constantFrom(...kinds),
        fc.boolean(),
        (title, summary, note, language, make, hasImage) => {
          const image = { ...IMAGE, url: `${IMAGE.url}?${"x".repeat(2_000)}`, alt: note };
          const fields = {
            title: oneLine(title) || "T",
            summary: oneLine(summary),
            lang: language,
            ...(hasImage && { image }),
          };
          const sent = make(oneLine(note), make === killed ? { lang: language } : fields);
          // `readSlack` and the like refuse what the service documents that it refuses.
          const read = shown(sent);
          for (const part of read.parts) expectWhole(part, [title, summary, note]);
          for (const link of read.links)
            expect([sent.release.url, `${sent.release.url}/history`]).toContain(link);
        },
      ),
      { numRuns: 150 },
    );
  });
});

/** A part that was cut ends with an ellipsis, after whole graphemes of what it was cut from. A label may come before. */
function expectWhole(part: string, sources: readonly string[]): void {
  expect(part.isWellFormed()).toBe(true);
  if (!part.endsWith("…")) return;
  const cut = part.slice(0, -1);
  const candidates = [cut, cut.replace(/^[^:：]*(?:: |：)/, "")];
  const isWhole = sources.some((source) => candidates.some((kept) => isBeginning(kept, source)));
  expect(isWhole, part.slice(-20)).toBe(true);
}

function isBeginning(kept: string, source: string): boolean {
  const whole = oneLine(source);
  if (!whole.startsWith(kept)) return false;
  const next = whole.length - whole.slice(kept.length).trimStart().length;
  const graphemes = new Intl.Segmenter(undefined, { granularity: "grapheme" });
  return next === whole.length || graphemes.segment(whole).containing(next)?.index === next;
}

describe("messages in a language", () => {
  const about = { id: "evt_1", at: AT };
  const trial = { number: 1, total: 2, shape: "card" } as const;
  const subscription = { id: "sub_1", host: "desk.example" };
  const controls: ControlEvent[] = [
    { ...about, type: "subscription.test", subscription: "sub_1" },
    { ...about, type: "subscription.test", subscription: "sub_1", trial },
    { ...about, type: "operational", what: "subscription.disabled", subscription, reason: "R" },
    { ...about, type: "operational", what: "delivery.given-up", subscription, reason: "R" },
  ];

  it.each(WORDED_LANGUAGES)("of %s have its words, and no placeholder", (lang) => {
    const site = { ...SITE, languages: [lang] };
    const shown = [
      ...controls.map((control) => telegram.controlBody(control, site)),
      ...[corrected("N", { lang }), withdrawn("R", { lang }), killed("R", { lang })].map((sent) =>
        telegram.releaseBody(sent, "full", site),
      ),
    ].map((body) => readTelegram(body).text);
    const { chat } = phrasesIn(lang);
    const words = Object.values(chat).map((phrase) =>
      oneLine(fill(phrase, { host: "desk.example", number: "1", total: "2", shape: "card" })),
    );
    for (const text of words)
      expect(
        shown.some((message) => message.includes(text)),
        text,
      ).toBe(true);
    const english = Object.values(phrasesIn("en").chat).map((phrase) => phrase.split("{")[0]?.trim() ?? "");
    for (const message of shown) {
      expect(message).not.toMatch(/[{}]/);
      if (lang !== "en") {
        expect(english.filter((text) => text.length > 6 && message.includes(text))).toEqual([]);
      }
    }
  });
});

describe("an image in Slack", () => {
  const blocks = (image: NonNullable<ReleaseView["image"]>, attempt = 1) =>
    readSlack(finished(slack, slack.releaseBody(event({ release: view({ image }) }), "full", SITE), attempt))
      .images;

  it("is left out when an attempt has failed, since Slack refuses a message whose image it cannot fetch", () => {
    expect(blocks(IMAGE, 1)).toEqual([IMAGE.url]);
    expect(blocks(IMAGE, 2)).toEqual([]);
  });

  it("is left out where Slack cannot show it", () => {
    expect(blocks({ ...IMAGE, type: "image/svg+xml" })).toEqual([]);
    expect(blocks({ ...IMAGE, url: "http://press.example/a.jpg" })).toEqual([]);
    expect(blocks({ url: "https://elsewhere.example/a.webp", alt: "" })).toEqual([]);
    expect(blocks({ url: "https://elsewhere.example/a.PNG", alt: "" })).toHaveLength(1);
  });
});

describe("a card for Teams", () => {
  const body = teams.releaseBody(event(), "full", SITE);
  const parse = (text: string | undefined) => JSON.parse(text ?? "") as Record<string, unknown>;

  it("is in a message, or alone, as the subscription says when it is sent", () => {
    expect(parse(teams.finish?.(body, { attempt: 1, shape: undefined }))["type"]).toBe("message");
    expect(parse(teams.finish?.(body, { attempt: 1, shape: "message" }))["type"]).toBe("message");
    expect(parse(teams.finish?.(body, { attempt: 1, shape: "card" }))["type"]).toBe("AdaptiveCard");
  });

  it("of a test has the shape that it tries, and says its number and what to set", () => {
    for (const [number, shape] of [
      [1, "message"],
      [2, "card"],
    ] as const) {
      const trial = { number, total: 2, shape };
      const test = { type: "subscription.test", id: "evt_1", at: AT, subscription: "sub_1", trial } as const;
      for (const chosen of ["message", "card"] as const) {
        const sent = teams.finish?.(teams.controlBody(test, SITE), { attempt: 1, shape: chosen }) ?? "";
        expect(parse(sent)["type"]).toBe(shape === "card" ? "AdaptiveCard" : "message");
        expect(readTeams(sent).text).toContain(`Test ${number} of 2`);
        expect(readTeams(sent).text).toContain(`set “shape” to “${shape}”`);
      }
    }
  });

  it("is written from right to left where its language is", () => {
    const sent = parse(teams.releaseBody(event({ release: view({ lang: "ar" }) }), "full", SITE));
    expect(sent).toMatchObject({ rtl: true, lang: "ar" });
  });
});
