/**
 * Events of releases, made up, for tests of formats.
 */
import type { ReleaseEvent } from "../../src/domain/event.ts";
import type { ReleaseView } from "../../src/domain/release.ts";
import type { Site } from "../../src/domain/site.ts";

export const SITE: Site = {
  baseUrl: "https://press.example",
  title: "Ministry of Tests",
  publisher: "Ministry of Tests",
  languages: ["en", "hy"],
  timeZone: "UTC",
};

/** A release as an event has it. */
export function view(fields: Partial<ReleaseView> = {}): ReleaseView {
  return {
    id: "cc478c9d-9091-4031-92ad-cbfc8561d23d",
    group: "dilijan-summit",
    lang: "en",
    type: "statement",
    title: "Statement on the Dilijan summit",
    summary: "The summit takes place on 2 December.",
    url: "https://press.example/en/releases/statement-on-the-dilijan-summit",
    edition: 1,
    status: "published",
    date: "2026-11-26",
    datePrecision: "day",
    published: "2026-11-26T10:30:00Z",
    updated: "2026-11-26T10:30:00Z",
    topics: ["collective-security"],
    people: [],
    organisations: ["csto"],
    places: ["dilijan"],
    names: {
      types: {},
      topics: { "collective-security": "Collective security" },
      people: {},
      organisations: { csto: "CSTO" },
      places: { dilijan: "Dilijan" },
    },
    translations: [],
    content: { html: "<p>The summit takes place on 2 December.</p>", text: "The summit takes place." },
    attachments: [],
    ...fields,
  };
}

/** What the ledger leaves of a killed release. */
export function killedView(fields: Partial<ReleaseView> = {}): ReleaseView {
  const none = { types: {}, topics: {}, people: {}, organisations: {}, places: {} };
  const id = "cc478c9d-9091-4031-92ad-cbfc8561d23d";
  return view({
    status: "killed",
    group: id,
    title: "",
    summary: "",
    url: `https://press.example/r/${id}`,
    topics: [],
    organisations: [],
    places: [],
    names: none,
    content: { html: "", text: "" },
    ...fields,
  });
}

/** 2026-11-27T09:15:00Z */
export const AT = 1_795_770_900;

export function event(fields: Partial<ReleaseEvent> = {}): ReleaseEvent {
  return {
    id: "evt_be112c343a0e4fc39b0704373ee2149f",
    sequence: 18,
    type: "release.published",
    at: AT,
    release: view(),
    change: null,
    ...fields,
  };
}

export function corrected(note: string, fields: Partial<ReleaseView> = {}): ReleaseEvent {
  const release = view({ edition: 2, updated: "2026-11-27T09:15:00Z", ...fields });
  const change = { kind: "major", note, previous: 1, fields: ["body"] } as const;
  return event({ type: "release.corrected", release, change: { ...change, fields: [...change.fields] } });
}

export function withdrawn(reason: string, fields: Partial<ReleaseView> = {}): ReleaseEvent {
  return event({
    type: "release.withdrawn",
    release: view({ status: "withdrawn", reason, ...fields }),
    reason,
  });
}

export function killed(reason: string, fields: Partial<ReleaseView> = {}): ReleaseEvent {
  return event({ type: "release.killed", release: killedView({ reason, ...fields }), reason });
}
