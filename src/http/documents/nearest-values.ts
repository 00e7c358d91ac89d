/**
 * Names the values that are nearest to unknown ones. The Newsroom only says which values are unknown:
 * comparing them with thousands would delay everybody there.
 */
import type { Issue } from "../../domain/issues.ts";
import { facetList, listAddress } from "../../domain/list.ts";
import { nearestOf } from "../../domain/nearest.ts";
import {
  EMPTY_REGISTRY,
  isUnknownValue,
  nameNearest,
  nameOf,
  type Registry,
  type RegistryIssue,
  type UnknownValue,
} from "../../domain/registry.ts";
import type { Site } from "../../domain/site.ts";
import { typeName } from "../../i18n/phrases.ts";
import { textOf } from "../../documents/kv-store.ts";
import { REGISTRY_PATH } from "../../documents/paths.ts";
import { newsroom } from "../../runtime/stubs.ts";
import type { Context } from "../context.ts";
import { lookUp } from "./cache.ts";

/** @param isForAdmin the admin learns of values, too, that strangers do not know yet */
export async function nameNearestValues(
  c: Context,
  issues: readonly RegistryIssue[],
  isForAdmin = false,
): Promise<Issue[]> {
  const hasUnknown = issues.some(isUnknownValue);
  const read = () => (isForAdmin ? newsroom(c.env).registry() : publicRegistry(c));
  return nameNearest(issues, (hasUnknown ? await read() : undefined) ?? EMPTY_REGISTRY);
}

/** Links to the lists of the values that are nearest to unknown ones, in the language of the address. */
export async function nearestLists(
  c: Context,
  unknown: readonly UnknownValue[],
  site: Site,
): Promise<{ name: string; path: string }[]> {
  const [first] = unknown;
  const known = first === undefined ? undefined : await publicRegistry(c);
  if (first === undefined || known === undefined) return [];
  const { facet, value } = first;
  const named = c.req.path.split("/")[1] ?? "";
  const lang = site.languages.find((each) => each === named) ?? site.languages[0] ?? "en";
  return nearestOf(
    value,
    known[facet].map(({ slug }) => slug),
  ).map((slug) => ({
    name: facet === "types" ? typeName(slug, lang, known, site) : nameOf(known, facet, slug, lang),
    path: listAddress(facetList(lang, facet, slug)),
  }));
}

/** The values that public releases have had. */
export async function publicRegistry(c: Context): Promise<Registry | undefined> {
  const lookup = await lookUp(c, REGISTRY_PATH);
  if (lookup.kind !== "found") return undefined;
  return JSON.parse(textOf(lookup.servable.document)) as Registry; // written by our renderer
}
