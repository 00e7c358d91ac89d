/**
 * Changes of JSON at one place: another type, another length, another name.
 */
import type { Random } from "../chaos/random.ts";
import { changedText, oddText } from "./texts.ts";

type Holder = Record<string, unknown> | unknown[];

/** Items with which 1 MB of JSON is full. */
const HUGE = [200, 5_001, 150_000] as const;

/** @returns a copy that differs at one place */
export function mutatedJson(json: unknown, random: Random): unknown {
  const copy = structuredClone(json);
  const places = placesIn(copy);
  if (places.length === 0) return oddValue(random);
  const [holder, key] = random.pick(places);
  const entries = holder as Record<string, unknown>;
  const value = entries[key];
  const kinds = [
    () => {
      entries[key] = oddValue(random);
    },
    () => {
      entries[key] = typeof value === "string" ? changedText(value, random) : oddText(random);
    },
    () => {
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete entries[key];
    },
    () => {
      // A new index would make an array of any length.
      if (Array.isArray(holder)) holder.push(value);
      else entries[random.chance(0.5) ? `${key}x` : oddText(random)] = value;
    },
    () => {
      entries[key] = [value, value];
    },
    () => {
      entries[key] = { [key]: value };
    },
    () => {
      entries[key] = Array.from({ length: random.pick(HUGE) }, () => "A");
    },
    () => {
      for (let index = random.pick([50, 1_000, 20_000]); index > 0; index -= 1) entries[`k${index}`] = 1;
    },
  ];
  // The last two make large bodies, which take long to send.
  random.pick(random.chance(0.1) ? kinds : kinds.slice(0, -2))();
  return copy;
}

/** Every value in it, as its holder and key. */
function placesIn(json: unknown): [Holder, string][] {
  if (typeof json !== "object" || json === null) return [];
  const holder = json as Holder;
  return Object.entries(holder).flatMap(([key, value]) => [
    [holder, key] as [Holder, string],
    ...placesIn(value),
  ]);
}

function oddValue(random: Random): unknown {
  const kinds = [
    () => null,
    () => true,
    () => random.pick([0, -1, 1.5, 1e21, Number.MAX_SAFE_INTEGER, -0, 4_294_967_296]),
    () => oddText(random),
    () => [],
    () => ({}),
    () => [[[[]]]],
    () => [null],
    () => ({ __proto__: null, constructor: { prototype: 1 }, toString: 1 }),
    () => JSON.parse('{"__proto__":{"verify":false}}') as unknown,
  ];
  return random.pick(kinds)();
}
