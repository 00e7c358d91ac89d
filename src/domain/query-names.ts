/**
 * Names the parameters of a query that look like filters but are none. A typing error would otherwise answer
 * with everything. Parameters that look like nothing here, such as those of trackers, are ignored.
 */
import leven from "leven";
import { FILTER_FIELDS } from "./filter.ts";
import type { Issue } from "./issues.ts";
import { PARAMETER_CHARS_MAX, PARAMETERS_COMPARED_MAX } from "./limits.ts";

/** The parameters that narrow a list: the fields of a filter, also excluded, and the bounds. */
export const FILTER_NAMES = [...FILTER_FIELDS, ...FILTER_FIELDS.map((field) => `not.${field}`)];
export const LIST_NAMES = [...FILTER_NAMES, "from", "to"];

/** What other services call our parameters. */
const OTHER_NAMES: Record<string, string> = {
  types: "type",
  topics: "topic",
  people: "person",
  persons: "person",
  org: "organisation",
  organization: "organisation",
  organizations: "organisation",
  organisations: "organisation",
  places: "place",
  language: "lang",
  languages: "lang",
  locale: "lang",
  query: "q",
  search: "q",
  since: "from",
  until: "to",
};

/**
 * @param search the query as it was sent
 * @param names the parameters that the call takes
 * @returns an issue for each parameter that is misspelt or whose value has a broken percent-escape
 */
export function queryIssues(search: string, names: readonly string[]): Issue[] {
  return [...new URLSearchParams(search).keys()]
    .slice(0, PARAMETERS_COMPARED_MAX)
    .filter((name) => !names.includes(name.toLowerCase()))
    .flatMap((name) => {
      const path = `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
      if (LIST_NAMES.includes(name.toLowerCase())) return [{ path, message: "is no parameter of this call" }];
      const meant = nameMeant(name, names);
      return meant === undefined
        ? []
        : [{ path, message: `is no parameter of this call; the nearest is ${meant}` }];
    });
}

/** The parameters whose values are no UTF-8 once their percent-escapes are undone, such as `q=caf%E9`. */
export function brokenEscapes(search: string, names: readonly string[]): Issue[] {
  return search
    .replace(/^\?/, "")
    .split("&")
    .map((pair) => pair.split(/=(.*)/s, 2) as [string, string?])
    .filter(([name, value]) => names.includes(name.toLowerCase()) && !isDecodable(value ?? ""))
    .map(([name]) => ({
      path: `/${name}`,
      message: "has a broken percent-escape; escape the bytes of UTF-8, and write % as %25",
    }));
}

export function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** @returns undefined for a name that looks like none of the parameters */
function nameMeant(given: string, names: readonly string[]): string | undefined {
  if (given.length > PARAMETER_CHARS_MAX) return undefined;
  // As forms and other services write them: `type[]`, `filter[topic]`, `not[lang]`.
  const plain = given
    .toLowerCase()
    .replace(/^(?:filter|where)[.[]/, "")
    .replace(/^not[[_-]/, "not.")
    .replaceAll(/\[\d*\]|\]/g, "");
  const [, not = "", base = ""] = /^(not\.)?(.*)$/s.exec(plain) ?? [];
  const renamed = not + (OTHER_NAMES[base] ?? base);
  if (names.includes(renamed)) return renamed;
  const others = Object.keys(OTHER_NAMES).filter((name) => names.includes(OTHER_NAMES[name] ?? ""));
  const near = [...names, ...others].find((name) => isNear(plain, name));
  if (near !== undefined) return OTHER_NAMES[near] ?? near;
  return not === "" ? undefined : names.find((name) => name.startsWith("not."));
}

/** One letter more, less or wrong, or letters in another order. Short names have too many neighbours. */
function isNear(given: string, name: string): boolean {
  if (name.length < 4) return false;
  const sorted = (text: string) => text.split("").sort().join("");
  return leven(given, name) <= (name.length > 6 ? 2 : 1) || sorted(given) === sorted(name);
}
