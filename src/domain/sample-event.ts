/**
 * A made-up event of each type, whole and always the same: for people who connect an endpoint or a service to ours
 * before anything has happened.
 */
import { parseInstant } from "./dates.ts";
import { controlEventJson, releaseEventJson, RELEASE_EVENT_TYPES, type ReleaseEvent } from "./event.ts";
import type { ReleaseView } from "./release.ts";
import type { Content } from "./subscription.ts";

/** Events of releases, and those that the service sends about a subscription. */
export const SAMPLE_TYPES = [
  ...RELEASE_EVENT_TYPES,
  "subscription.verify",
  "subscription.test",
  "operational",
] as const;
export type SampleType = (typeof SAMPLE_TYPES)[number];

const PUBLISHED = "2026-11-26T10:30:00Z";
const CORRECTED = "2026-11-27T09:15:00Z";
const SUBSCRIPTION = "sub_5f0c8a4e2b7d4c19a3e6f1d20b948c77";
const FILE = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
const WITHDRAWN_FOR = "The summit was cancelled";

/** What differs from the first edition of the sample release. */
type Told = Pick<ReleaseEvent, "id" | "sequence" | "change" | "reason"> & {
  at: string;
  release?: Partial<ReleaseView>;
};

const TOLD: Record<ReleaseEvent["type"], Told> = {
  "release.published": {
    id: "evt_3d0a6c5be1f94f0f8c2b7a9146de5f08",
    sequence: 17,
    at: PUBLISHED,
    change: null,
  },
  "release.corrected": {
    id: "evt_be112c343a0e4fc39b0704373ee2149f",
    sequence: 18,
    at: CORRECTED,
    release: { edition: 2, updated: CORRECTED, ...saying("The summit takes place on 2 December.") },
    change: { kind: "major", note: "Corrected the date", previous: 1, fields: ["body"] },
  },
  "release.revised": {
    id: "evt_70c8d1f26b5e4d6ea7f3195ab4023ce1",
    sequence: 19,
    at: "2026-11-27T09:40:00Z",
    release: { edition: 3, updated: CORRECTED, ...saying("The summit takes place on 2 December 2026.") },
    change: { kind: "minor", previous: 2, fields: ["body"] },
  },
  "release.withdrawn": {
    id: "evt_1a94fe07d3b24c5b9d8e60f7c2a5b318",
    sequence: 20,
    at: "2026-11-28T08:00:00Z",
    release: {
      edition: 3,
      status: "withdrawn",
      updated: CORRECTED,
      ...saying("The summit takes place on 2 December 2026."),
    },
    change: null,
    reason: WITHDRAWN_FOR,
  },
  "release.killed": {
    id: "evt_c6b2e8d9f0414a7d8b35a1e94d7f6c20",
    sequence: 21,
    at: "2026-11-28T12:00:00Z",
    change: null,
    reason: "Published by mistake",
  },
  "release.reinstated": {
    id: "evt_2e7f5a1c84d04b639fa0c8d1e6b39752",
    sequence: 22,
    at: "2026-11-29T07:30:00Z",
    release: { edition: 3, updated: CORRECTED, ...saying("The summit takes place on 2 December 2026.") },
    change: null,
    reason: "The summit takes place after all",
  },
};

function saying(text: string): Pick<ReleaseView, "summary" | "content"> {
  return { summary: text, content: { html: `<p>${text}</p>`, text } };
}

/** The JSON of an event, as a delivery carries it. @param baseUrl of the service */
export function sampleEventJson(
  type: SampleType,
  baseUrl: string,
  content: Content,
): Record<string, unknown> {
  switch (type) {
    case "subscription.verify": {
      const challenge = "b7c7a1b1e6a94a4b8f4de2f0c9d3a658";
      const confirm = `${baseUrl}/api/v1/subscriptions/${SUBSCRIPTION}/confirm/1.SAMPLE`;
      return controlEventJson({ ...control(1), type, challenge, confirm });
    }
    case "subscription.test":
      return controlEventJson({ ...control(2), type, subscription: SUBSCRIPTION });
    case "operational": {
      const subscription = { id: SUBSCRIPTION, host: "desk.example", description: "News desk" };
      const reason = "the endpoint answered 410";
      return controlEventJson({
        ...control(3),
        type,
        what: "subscription.disabled",
        subscription,
        reason,
      });
    }
    default:
      return releaseEventJson(releaseEvent(type, baseUrl), content);
  }
}

function control(number: number) {
  return { id: `evt_0000000000000000000000000000000${number}`, at: parseInstant(PUBLISHED) ?? 0 };
}

function releaseEvent(type: ReleaseEvent["type"], baseUrl: string): ReleaseEvent {
  const { at, release, ...event } = TOLD[type];
  const view = { ...sampleRelease(baseUrl), ...release };
  return {
    ...event,
    type,
    at: parseInstant(at) ?? 0,
    release: type === "release.killed" ? withoutContent(view, baseUrl) : view,
  };
}

function sampleRelease(baseUrl: string): ReleaseView {
  const { summary, content } = saying("The summit takes place on 1 December.");
  return {
    id: "cc478c9d-9091-4031-92ad-cbfc8561d23d",
    group: "dilijan-summit",
    lang: "en",
    type: "statement",
    title: "Statement on the Dilijan summit",
    summary,
    url: `${baseUrl}/en/releases/statement-on-the-dilijan-summit`,
    edition: 1,
    status: "published",
    date: "2026-11-26",
    datePrecision: "day",
    published: PUBLISHED,
    updated: PUBLISHED,
    topics: ["collective-security"],
    people: [],
    organisations: ["csto"],
    places: [],
    names: {
      types: {},
      topics: { "collective-security": "Collective security" },
      people: {},
      organisations: { csto: "Collective Security Treaty Organization" },
      places: {},
    },
    translations: [
      {
        lang: "hy",
        id: "0b0f6bd5-0f0c-4f53-8e53-3f1f7e2e0a11",
        url: `${baseUrl}/hy/releases/haytararutyun`,
      },
    ],
    content,
    attachments: [
      {
        url: `${baseUrl}/files/${FILE}/agenda.pdf`,
        type: "application/pdf",
        title: "The agenda",
        size: 48_210,
        sha256: FILE,
      },
    ],
  };
}

/** What remains of a killed release, as in its true event. */
function withoutContent(view: ReleaseView, baseUrl: string): ReleaseView {
  return {
    ...view,
    group: view.id,
    title: "",
    summary: "",
    url: `${baseUrl}/r/${view.id}`,
    status: "killed",
    topics: [],
    people: [],
    organisations: [],
    places: [],
    names: { types: {}, topics: {}, people: {}, organisations: {}, places: {} },
    translations: [],
    content: { html: "", text: "" },
    attachments: [],
  };
}
