import { expect, it } from "vitest";
import { NEAREST_NAMED, SLUG_CHARS_MAX, VALUES_WITH_NEAREST_MAX } from "../../src/domain/limits.ts";
import { parseListAddress } from "../../src/domain/list.ts";
import { EMPTY_REGISTRY, nameNearest, type UnknownValue } from "../../src/domain/registry.ts";
import { parseDocumentPath } from "../../src/documents/paths.ts";

const named = (...slugs: string[]) => slugs.map((slug) => ({ slug, names: { en: slug }, spellings: [] }));
const known = { ...EMPTY_REGISTRY, topics: named("csto", "osce", "school", "climate") };
const topic = (value: string): UnknownValue => ({ path: "/topic", facet: "topics", value });

it("the issue of an unknown value names the nearest known values, nearest first", () => {
  expect(nameNearest([topic("scool")], known)).toEqual([
    { path: "/topic", message: "scool is not in the registry; the nearest are school, csto, osce" },
  ]);
  expect(nameNearest([{ ...topic("x"), facet: "people" }], known)).toEqual([
    { path: "/topic", message: "x is not in the registry; it has no values yet" },
  ]);
});

it("only the first few unknown values are compared with the registry", () => {
  const messages = nameNearest(
    Array.from({ length: 200 }, () => topic("scool")),
    known,
  );
  const compared = messages.filter(({ message }) => message.includes("nearest"));
  expect(compared).toEqual(messages.slice(0, VALUES_WITH_NEAREST_MAX));
  expect(messages.at(-1)).toEqual({ path: "/topic", message: "scool is not in the registry" });
});

it("values that are far from all others still get as many suggestions, in the order of the alphabet", () => {
  const far = "z".repeat(SLUG_CHARS_MAX);
  const [issue] = nameNearest([topic(far)], known);
  expect(issue?.message).toBe(`${far} is not in the registry; the nearest are climate, csto, osce`);
  expect(NEAREST_NAMED).toBe(3);
});

it("a path with more letters than a slug may have is no list and no release", () => {
  const longest = "x".repeat(SLUG_CHARS_MAX);
  const list = (value: string) => parseListAddress(`/en/topics/${value}`, new URLSearchParams(), ["en"]);
  expect([list(longest)?.kind, list(`${longest}x`)]).toEqual(["list", undefined]);
  const page = (slug: string) => parseDocumentPath(`/en/releases/${slug}`, ["en"]);
  expect([page(longest)?.kind, page(`${longest}x`)]).toEqual(["release", undefined]);
});
