/**
 * Query strings: parameters that the service knows, in number and value as it expects them and not.
 */
import type { Random } from "../chaos/random.ts";
import { encoded } from "./paths.ts";
import { changedText, oddText } from "./texts.ts";
import type { World } from "./world.ts";

const FACET_OF: Record<string, string> = {
  topic: "topics",
  person: "people",
  organisation: "organisations",
  place: "places",
};
const WORDS = ["minister", "session", "-border", "-the", '"peace talks"', "նախարար", "rare7", "-", '"', "*"];
const VALUES: Record<string, readonly string[]> = {
  lang: ["en", "hy", "ru", "fr", "xx"],
  type: ["statement", "speech", "press-release", "qa", "none"],
  from: ["2020-01-01", "1995-06-01T00:00:00Z", "2030-01-01"],
  to: ["2020-01-01", "2026-12-31T23:59:59+04:00", "1900-01-01"],
  limit: ["1", "2", "50", "100", "101", "0"],
  cursor: ["0", "1606766400", "-1", "WzEsMiwieCJd", "bnVsbA=="],
  after: ["0", "1", "5", "1000000"],
  content: ["full", "summary"],
  events: ["release.published", "release.killed", "operational"],
  state: ["pending", "held", "delivered", "failed", "replaced", "dropped"],
  sort: ["trouble", "created"],
  status: ["pending", "active", "embargoed"],
  dryRun: ["true", "false", "1"],
  utm_source: ["x"],
};
const NAMES = [...Object.keys(VALUES), ...Object.keys(FACET_OF), "q", "release", "other"];
const EXCLUDABLE = ["lang", "type", "topic", "person", "organisation", "place", "q"];

/** @returns an empty string, or a query with its question mark */
export function queryFor(method: string, world: World, random: Random): string {
  if (!random.chance(method === "GET" || method === "HEAD" ? 0.5 : 0.15)) return "";
  if (random.chance(0.03)) return manyValues(world, random);
  const count = random.pick([1, 1, 2, 2, 3, 5, 8]);
  const parts = Array.from({ length: count }, () => onePart(world, random));
  if (random.chance(0.1)) parts.push(random.pick(parts));
  return `?${parts.join(random.chance(0.03) ? ";" : "&")}`;
}

function onePart(world: World, random: Random): string {
  if (random.chance(0.05))
    return random.pick(["", "=", "%", "a=%zz", "q", "q=%ff", "[]=1", "lang[]=en", "?"]);
  const isExcluded = random.chance(0.15);
  const name = random.pick(isExcluded ? EXCLUDABLE : NAMES);
  const value = random.chance(0.15) ? oddText(random) : valueOf(name, world, random);
  const changed = random.chance(0.1) ? changedText(value, random) : value;
  return `${isExcluded ? "not." : ""}${name}=${encoded(changed.slice(0, 6_000))}`;
}

function valueOf(name: string, world: World, random: Random): string {
  if (name === "q") return Array.from({ length: random.integer(1, 30) }, () => random.pick(WORDS)).join(" ");
  if (name === "release") return random.pick(world.releases).id;
  const facet = FACET_OF[name];
  if (facet === undefined) return random.pick(VALUES[name] ?? ["1"]);
  const values = (world.registry[facet] ?? []) as { slug: string }[];
  return random.pick([...values, { slug: `topic-${random.integer(0, 999)}` }]).slug;
}

function manyValues({ registry }: World, random: Random): string {
  const name = random.pick(["topic", "not.topic", "lang", "q", "organisation", "events", "other"]);
  const known = (registry["topics"] as { slug: string }[]).map(({ slug }) => slug);
  const values = Array.from({ length: random.pick([49, 50, 51, 1_000]) }, (_, index) =>
    random.chance(0.5) ? random.pick(known) : `n${index}`,
  );
  return `?${values.map((value) => `${name}=${value}`).join("&")}`;
}
