/**
 * Compares whole answers to strangers and to a subscriber before and after the office works under an embargo.
 * Nothing may differ: no status, no header, no byte.
 *
 * With COMMUNIQUE_EMBARGO_ANSWERS=3000 in the environment the comparison is made after each action, and at
 * least that many answers are compared.
 */
import { env } from "cloudflare:workers";
import { runDurableObjectAlarm } from "cloudflare:test";
import { afterAll, beforeAll, expect, inject, it, vi } from "vitest";
import { newsroom, subscriber } from "../../src/runtime/stubs.ts";
import {
  act,
  ADMIN,
  publish,
  put,
  release,
  request,
  send,
  settled,
  subscriberIdle,
} from "../support/service.ts";
import { hashOf, pdf, png, putBytes, upload } from "../support/files.ts";
import { type Made, publishTo, subscribe } from "../support/subscriptions.ts";
import {
  type Answers,
  ask,
  conditionalQuestions,
  differences,
  type Question,
  questionsAbout,
  type Subject,
} from "./crawl.ts";

const named = (...slugs: string[]) => slugs.map((slug) => ({ slug, names: { en: `Name of ${slug}` } }));
const PUBLIC_REGISTRY = {
  types: named("briefing"),
  topics: named("csto", "osce", "school"),
  people: named("ara"),
  organisations: named("mfa"),
  places: named("yerevan"),
};
const SECRET_REGISTRY = {
  types: named("decree", "briefing"),
  topics: named("withdrawal", "csto", "osce", "school", "unused"),
  people: named("ara", "zabel"),
  organisations: named("mfa", "mfe"),
  places: named("zanzibar", "yerevan"),
};
const VALUES = [
  { field: "type", facet: "types", value: "decree" },
  { field: "topic", facet: "topics", value: "withdrawal" },
  { field: "topic", facet: "topics", value: "unused" },
  { field: "person", facet: "people", value: "zabel" },
  { field: "organisation", facet: "organisations", value: "mfe" },
  { field: "place", facet: "places", value: "zanzibar" },
];

/** The public file has a name of its own, and under an embargo also another one. */
const [publicFile, secretFile, secretImage] = await Promise.all(
  [pdf("public"), pdf("secret"), png(4, 3, "secret")].map(async (bytes) => ({
    bytes,
    sha256: await hashOf(bytes),
  })),
);
const PUBLIC_PATH = `/files/${publicFile?.sha256}/report.pdf`;
const SECRET_PATHS = [
  `/files/${publicFile?.sha256}/zanzibar.pdf`,
  `/files/${secretFile?.sha256}/annex.pdf`,
  `/files/${secretImage?.sha256}/signing.png`,
];

const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

const corrected = release({
  slug: "summit",
  lang: "fr",
  topics: ["csto"],
  group: "summit",
  date: "2020-11-29",
});
const translation = release({ slug: "gagat", lang: "hy", topics: ["csto"], group: "summit" });
const others = [
  release({ slug: "speech", type: "speech", topics: ["osce", "school"], people: ["ara"] }),
  release({ slug: "briefing", type: "briefing", organisations: ["mfa"], places: ["yerevan"] }),
];
const withdrawn = release({
  slug: "withdrawn",
  topics: ["osce"],
  attachments: [{ file: `${publicFile?.sha256}/report.pdf` }],
});
const killed = release({ slug: "killed", topics: ["school"] });

/** A translation of the public group in the same minute, with every value that nobody has seen. */
const secret = release({
  slug: "zanzibar-accord",
  type: "decree",
  title: "The Zanzibar accord",
  body: `Zanzibar, at last. ![The signing](/files/${secretImage?.sha256}/signing.png)`,
  attachments: [{ file: `${secretFile?.sha256}/annex.pdf` }, { file: `${publicFile?.sha256}/zanzibar.pdf` }],
  date: "2020-11-29",
  group: "summit",
  topics: ["csto", "withdrawal"],
  people: ["zabel"],
  organisations: ["mfe"],
  places: ["zanzibar"],
  embargo: inHours(5),
});
const second = release({ slug: "zanzibar-again", lang: "hy", topics: ["osce"], embargo: inHours(6) });

/** What the office does, with the status that it gets. */
const actions: [name: string, status: number, run: () => Promise<Response>][] = [
  ["adds values to the registry", 200, () => send("PUT", "/api/v1/registry", SECRET_REGISTRY)],
  ["is refused a text whose files are missing", 422, () => put(secret)],
  ["uploads a file", 201, () => putBytes(secretFile?.sha256 ?? "", pdf("secret"))],
  ["uploads an image", 201, () => putBytes(secretImage?.sha256 ?? "", png(4, 3, "secret"))],
  ["publishes under an embargo", 201, () => put(secret)],
  ["edits the text", 200, () => put({ ...secret, title: "The accord of Zanzibar" })],
  ["takes another slug", 200, () => put({ ...secret, slug: "zanzibar-treaty" })],
  ["tries a correction of a public text", 200, () => send("PUT", pathOf(corrected, "?dryRun=true"), moved())],
  ["tries to lift the embargo", 200, () => send("PUT", pathOf(secret, "?dryRun=true"), lifted())],
  ["has a wrong If-Match", 412, () => put({ ...secret, title: "Never" }, { "if-match": '"1"' })],
  ["wants the slug of a public text", 409, () => put({ ...secret, slug: "speech" })],
  ["wants the slug of an embargoed text", 409, () => put(release({ slug: "zanzibar-treaty" }))],
  ["renames an unseen value", 200, () => send("PUT", "/api/v1/registry", renamed())],
  ["sends a batch", 200, () => send("POST", "/api/v1/releases", { releases: [secret, second, corrected] })],
  ["is refused a batch", 422, () => send("POST", "/api/v1/releases", { releases: [second, { id: "x" }] })],
  ["kills the text", 200, () => act("kill", secret.id)],
  ["reinstates the text", 200, () => act("reinstate", secret.id)],
  ["is refused to withdraw it", 409, () => act("withdraw", secret.id)],
  ["removes an unseen value", 200, () => send("PUT", "/api/v1/registry", withoutUnused())],
  ["changes the embargo", 200, () => put({ ...secret, embargo: inHours(7) })],
  ["reads its text", 200, () => request(pathOf(secret), { headers: ADMIN })],
  ["subscribes to an unseen value", 200, subscribeToSecret],
  ["has everything written again", 202, () => send("POST", "/api/v1/rebuild", undefined)],
];

function pathOf({ id }: { id: string }, rest = ""): string {
  return `/api/v1/releases/${id}${rest}`;
}

function moved() {
  return { ...corrected, body: "Moved.", topics: ["withdrawal"], change: "major", note: "Moved" };
}

function lifted() {
  const { embargo: _embargo, ...open } = secret;
  return { ...open, id: secret.id };
}

function renamed() {
  return { ...SECRET_REGISTRY, people: [...named("ara"), { slug: "zabel", names: { en: "Someone else" } }] };
}

function withoutUnused() {
  const topics = SECRET_REGISTRY.topics.filter(({ slug }) => slug !== "unused");
  return { ...SECRET_REGISTRY, topics };
}

async function subscribeToSecret(): Promise<Response> {
  const made = await subscribe({ filter: { topic: "withdrawal" } });
  return request(`/api/v1/subscriptions/${made.id}`, { headers: ADMIN });
}

/** Lets all work be done, and what isolates remember become too old. */
async function later(seconds = 10): Promise<void> {
  vi.setSystemTime(Date.now() + seconds * 1000);
  await runDurableObjectAlarm(newsroom(env));
  await settled();
  if (subscription === undefined) return;
  await runDurableObjectAlarm(subscriber(env, subscription.id));
  await subscriberIdle(subscription.id);
}

let subscription: Made | undefined;
let questions: Question[] = [];
let before: Answers = new Map();

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  expect((await send("PUT", "/api/v1/registry", PUBLIC_REGISTRY)).status).toBe(200);
  await upload(pdf("public"));
  const made = (subscription = await subscribe({ filter: { topic: ["csto", "osce"] } }));
  // Enough for archives.
  const old = Array.from({ length: 60 }, (_, index) =>
    release({ lang: "fr", date: "2019-05-01", slug: `f${index}` }),
  );
  expect((await send("POST", "/api/v1/releases", { releases: old })).status).toBe(200);
  for (const each of [corrected, translation, ...others, withdrawn, killed]) await publishTo([made], each);
  await publishTo([made], { ...corrected, title: "Corrected", change: "major", note: "The title" });
  await publish({ ...corrected, title: "Corrected again", change: "minor", reallyMinor: true });
  await act("withdraw", withdrawn.id);
  await act("kill", killed.id);
  Object.assign(corrected, { title: "Corrected again" });
  const subject: Subject = {
    lists: [
      ..."/ /en /hy /fr /en/topics/csto /hy/topics/csto /en/types/speech /en/places/yerevan".split(" "),
      "/en?q=session",
      "/en?type=speech&topic=osce",
      "/?not.topic=csto",
      "/?from=2020-11-29&to=2020-11-30",
    ],
    archives: ["/fr/archive/1", "/archive/1", "/fr/archive/2"],
    releases: [corrected, translation, ...others, withdrawn, killed].map((each) => ({
      id: each.id,
      path: `/${String(each["lang"])}/releases/${String(each["slug"])}`,
      editions: each === corrected ? 3 : 1,
    })),
    secrets: [
      { id: secret.id, lang: "en", slug: "zanzibar-accord" },
      { id: secret.id, lang: "en", slug: "zanzibar-treaty" },
      { id: second.id, lang: "hy", slug: "zanzibar-again" },
    ],
    values: VALUES,
    words: ["zanzibar", "accord"],
    files: [
      PUBLIC_PATH,
      ...SECRET_PATHS,
      // Names that nobody ever gave.
      `/files/${secretFile?.sha256}/report.pdf`,
      `/files/${publicFile?.sha256}/other.pdf`,
      `/api/v1/files/${secretFile?.sha256}`,
    ],
    subscription: made,
  };
  // A delivery that has failed on a slow machine is tried again.
  await later(100);
  questions = questionsAbout(subject);
  await ask(questions); // from now on, the lists are kept
  await later();
  questions = [...questions, ...conditionalQuestions(questions, await ask(questions))];
  await later();
  before = await ask(questions);
  await later();
});

afterAll(() => {
  vi.useRealTimers();
});

/** @returns how many answers were compared */
async function expectNoDifference(): Promise<number> {
  await later();
  const after = await ask(questions);
  expect(differences(before, after)).toEqual([]);
  return after.size;
}

it("answers the same when nothing has happened", async () => {
  expect(before.size).toBeGreaterThan(500);
  await expectNoDifference();
});

it("shows nothing of what the office does under an embargo", { timeout: 600_000 }, async () => {
  const wanted = inject("embargoAnswers");
  let compared = 0;
  for (const [name, status, run] of actions) {
    const response = await run();
    expect(response.status, `${name}: ${await response.text()}`).toBe(status);
    if (wanted > 0) compared += await expectNoDifference();
    else await later();
  }
  compared += await expectNoDifference();
  expect(compared).toBeGreaterThanOrEqual(wanted);
});

it("shows the release in every kind of answer as soon as it is public, so the comparison can fail", async () => {
  expect(await publish(lifted())).toMatchObject({ status: "published" });
  await later();
  const different = differences(before, await ask(questions));
  for (const path of ["/", "/en/feed.rss", "/en/topics/csto/feed.atom", "/feed.json", "/feeds", "/healthz"])
    expect(different.some((each) => each.startsWith(`GET ${path} {}`))).toBe(true);
  for (const path of SECRET_PATHS)
    expect(different.some((each) => each.startsWith(`GET ${path} {}`))).toBe(true);
  for (const path of ["/api/v1/registry", "/api/v1/events?after=0&limit=100", `/r/${secret.id}`])
    expect(different.some((each) => each.startsWith(`GET ${path} {}`))).toBe(true);
  for (const { facet, value } of VALUES.filter((each) => each.value !== "unused"))
    expect(different.some((each) => each.startsWith(`GET /en/${facet}/${value} {}`))).toBe(true);
  expect(different.filter((each) => each.startsWith("POST /api/v1/subscriptions")).length).toBeGreaterThan(5);
  expect(different.some((each) => each.startsWith(`GET /api/v1/subscriptions/`))).toBe(true);
});
