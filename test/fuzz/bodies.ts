/**
 * Bodies: what each route expects, changed at one place or a few, and bytes that are neither JSON nor a form.
 */
import type { Random } from "../chaos/random.ts";
import { mutatedJson } from "./json-mutations.ts";
import { oddText, randomUuid } from "./texts.ts";
import type { World } from "./world.ts";

type Json = unknown;

/** By the end of a route's path. A route that is not named here gets the body of another one. */
const SAMPLES: Record<string, (world: World, random: Random) => Json> = {
  "/releases": (world, random) => ({
    releases: Array.from({ length: random.pick([1, 1, 2, 5, 101]) }, () => release(world, random)),
  }),
  "/releases/:id": release,
  "/releases/:id/:action{withdraw|kill|reinstate}": () => ({ reason: "Published by mistake" }),
  "/registry": ({ registry }) => registry,
  "/mcp": agentCall,
  "/subscriptions": subscription,
  "/subscriptions/:id": (world, random) => {
    const whole = Object.entries({ ...subscription(world, random), header: null, description: null });
    return Object.fromEntries(random.shuffle(whole).slice(0, random.integer(0, 3)));
  },
  "/verify": (_, random) => ({ verify: random.chance(0.5) }),
  "/rotate-secret": (_, random) => ({ overlapSeconds: random.pick([0, 60, 86_400, 604_800]) }),
  "/replay": (_, random) =>
    random.pick<Json>([
      { after: 0 },
      { after: 1, to: 3 },
      { from: "2020-01-01T00:00:00Z" },
      { from: "2020-01-01T00:00:00Z", to: "2030-01-01T00:00:00Z" },
      { after: 5, to: 1 },
    ]),
};

/** The fields of forms, by the path of a route. */
const FORMS: Record<string, (world: World, random: Random) => Record<string, string>> = {
  "/hub": ({ service }, random) => ({
    "hub.mode": random.pick(["subscribe", "subscribe", "unsubscribe", "publish"]),
    "hub.callback": `https://desk${random.integer(0, 40)}.example/${random.integer(0, 999)}?own=query`,
    "hub.topic": new URL(random.pick(TOPICS), service).href,
    "hub.lease_seconds": random.chance(0.8) ? "864000" : random.pick(["0", "-1", "1e9", "9".repeat(30), ""]),
    ...(random.chance(0.5) && { "hub.secret": "s".repeat(random.pick([1, 199, 199, 200])) }),
  }),
  "/subscribe": ({ registry }, random) => ({
    ...(random.chance(0.2)
      ? {
          format: "telegram",
          "telegram.token": "123456:AAabcdefghijklmnopqrstuvwxyz012345678",
          "telegram.chat": "@ministry",
        }
      : {
          url: `https://desk${random.integer(0, 40)}.example/${random.integer(0, 999_999)}`,
          format: random.pick(["standard", "standard", "superdesk", "cloudevents", "slack"]),
        }),
    description: oddText(random).slice(0, 200),
    lang: random.pick(["en", "hy"]),
    topic: random.pick(registry["topics"] as { slug: string }[]).slug,
    q: "peace talks",
    ui: random.pick(["hy", "xx"]),
    ...(random.chance(0.3) && { secret: `whsec_${btoa("s".repeat(32))}` }),
  }),
};
const TOPICS = [
  "/feed.rss",
  "/en/feed.atom",
  "/hy/topics/topic-1/feed.json",
  "/feed.atom?q=peace",
  "/nothing",
];

/** A body, and the Content-Type that is right for the route. */
export function bodyFor(path: string, world: World, random: Random): { bytes: Buffer; type: string } {
  const form = FORMS[path];
  return form === undefined
    ? { bytes: jsonFor(path, world, random), type: "application/json" }
    : { bytes: changedForm(form(world, random), random), type: "application/x-www-form-urlencoded" };
}

/** Leaves out, repeats, renames or changes a field, or a few. */
function changedForm(fields: Record<string, string>, random: Random): Buffer {
  const pairs = Object.entries(fields);
  for (let count = random.pick([0, 0, 1, 1, 2, 4]); count > 0; count -= 1) {
    const at = random.integer(0, pairs.length - 1);
    const [name = "", value = ""] = pairs[at] ?? [];
    const kinds: (() => [string, string][])[] = [
      () => [],
      () => [
        [name, value],
        [name, value],
      ],
      () => [[oddText(random).slice(0, 100), value]],
      () => [[name, oddText(random)]],
    ];
    pairs.splice(at, 1, ...random.pick(kinds)());
  }
  const text = new URLSearchParams(pairs).toString();
  return random.chance(0.12) ? brokenBytes(text, random) : Buffer.from(text);
}

function jsonFor(path: string, world: World, random: Random): Buffer {
  const [, sample] = Object.entries(SAMPLES)
    .toSorted(([a], [b]) => b.length - a.length)
    .find(([end]) => path.endsWith(end)) ?? ["", random.pick(Object.values(SAMPLES))];
  let json = sample(world, random);
  for (let count = random.pick([0, 1, 1, 1, 2, 4]); count > 0; count -= 1) json = mutatedJson(json, random);
  const text = JSON.stringify(json) ?? "";
  return random.chance(0.12) ? brokenBytes(text, random) : Buffer.from(text);
}

/** One of few ids, so that a long run with the admin token does not only create releases. */
function release({ releases, registry }: World, random: Random): Record<string, Json> {
  const known = random.pick(releases);
  const topics = (registry["topics"] as { slug: string }[]).map(({ slug }) => slug);
  const whole = {
    lang: known.lang,
    slug: random.chance(0.9) ? known.slug : `moved-${random.integer(0, 99)}`,
    type: random.pick(["statement", "speech", "interview"]),
    title: `Fuzzed ${random.integer(0, 999)}`,
    date: random.pick(["2020-12-01", "2021-05-06T10:00:00+04:00", "1969-12-31"]),
    body: "On *December 1* the session was held.\n\n- one\n- two\n\n| a | b |\n|---|---|\n| 1 | 2 |",
    topics: [random.pick(topics)],
    change: random.pick(["major", "minor"]),
    note: "Corrected the date",
  };
  const extra = {
    reallyMinor: true,
    summary: "What happened",
    group: "fuzzed-group",
    people: [],
    embargo: "2099-01-01T00:00:00Z",
    source: "https://source.invalid/a",
    image: { url: "https://images.invalid/a.jpg", alt: "A", credit: "B", caption: "C" },
    attachments: [{ url: "https://files.invalid/a.pdf", type: "application/pdf", title: "A", size: 1 }],
  };
  const chosen = random.shuffle(Object.entries(extra)).slice(0, random.integer(0, 3));
  return { id: random.chance(0.9) ? known.id : randomUuid(random), ...whole, ...Object.fromEntries(chosen) };
}

function subscription(_: World, random: Random): Record<string, Json> {
  return {
    url: `https://desk${random.integer(0, 40)}.example/${random.integer(0, 999_999)}`,
    filter: random.pick([
      {},
      { lang: ["en", "hy"], not: { type: "speech" } },
      { topic: "topic-1", q: '"peace talks" -border' },
    ]),
    events: ["release.published"],
    content: "summary",
    format: "standard",
    asymmetric: random.chance(0.2),
    header: { name: "Authorization", value: "Bearer x" },
    description: oddText(random).slice(0, 200),
    ratePerMinute: 60,
  };
}

/** A message of the Model Context Protocol; {@link headersFor} repeats its method and name. */
function agentCall({ releases }: World, random: Random): Record<string, Json> {
  const version = random.chance(0.9) ? "2026-07-28" : "2025-06-18";
  const _meta = { "io.modelcontextprotocol/protocolVersion": version };
  const [name, given] = random.pick<[string, Json]>([
    ["search_releases", { q: "peace", lang: "en", from: "2020-01-01", limit: 5 }],
    ["get_release", { id: random.pick(releases).id }],
    ["events_since", { after: 1 }],
  ]);
  const method = random.pick(["tools/call", "tools/call", "tools/call", "tools/list", "server/discover"]);
  return { jsonrpc: "2.0", id: 7, method, params: { _meta, name, arguments: given } };
}

function brokenBytes(text: string, random: Random): Buffer {
  const at = random.integer(0, text.length);
  const kinds: (() => string | Buffer<ArrayBuffer>)[] = [
    () => text.slice(0, at),
    () => Buffer.concat([Buffer.from(text.slice(0, at)), Buffer.from([0xff, 0xc0, 0x80]), Buffer.from("x")]),
    () => `${text.slice(0, at)}\0${text.slice(at)}`,
    () => `\ufeff${text}`,
    () => text.replace("{", '{"url":"x","url":1,"__proto__":{"id":1},"title":"a","title":[],'),
    () => "[".repeat(random.integer(1, 500_000)),
    () => `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`,
    () => `{"filter":${'{"not":'.repeat(5_000)}{}${"}".repeat(5_000)}}`,
    () => text.replaceAll('"', "'"),
    () => Buffer.from(text, "utf16le"),
    () => random.pick(["", " ", "null", "true", "0", '""', "[]", "{}", "NaN", "-", '"\\ud800"', "1e999"]),
    () => `${text}${text}`,
    () => Buffer.alloc(random.pick([1_048_576, 1_048_577, 1_500_000]), "a"),
    () => `{"reason":"${"a".repeat(1_048_576 - 13)}"}`,
  ];
  const broken = random.pick(kinds)();
  return typeof broken === "string" ? Buffer.from(broken) : broken;
}
