/**
 * Makes every address in rendered HTML absolute: a feed gives relative ones no base.
 */
import type { Element, Root } from "hast";
import { walkElements } from "./elements.ts";
import { idOf, safeId } from "./identify.ts";
import { ID_PREFIX } from "./limits.ts";

/**
 * Stands for the service's address in stored HTML, so that a change of address does not need every release to be
 * rendered again. Nobody can own a name under `.invalid` (RFC 2606).
 */
export const PLACEHOLDER_ORIGIN = "https://here.invalid";

const URL_PROPERTIES = ["href", "src", "cite", "longDesc"] as const;

/** The addresses of an element, each of several sources too. */
export function addressesIn({ properties }: Element): string[] {
  const single = URL_PROPERTIES.map((name) => properties[name]).filter((value) => typeof value === "string");
  const sources = typeof properties["srcSet"] === "string" ? properties["srcSet"].split(/,\s+/) : [];
  return [...single, ...sources.map((source) => source.trim().split(/\s+/)[0] ?? "")];
}

/** Puts the service's current address into rendered HTML. */
export function withBaseUrl(html: string, baseUrl: string): string {
  return html
    .replaceAll(`="${PLACEHOLDER_ORIGIN}/`, `="${baseUrl}/`)
    .replace(/ srcset="[^"]*"/g, (sources) => sources.replaceAll(`${PLACEHOLDER_ORIGIN}/`, `${baseUrl}/`));
}

/**
 * Changes the tree.
 *
 * @param path of the page, which relative addresses start from
 * @param ids that links within the text lead to
 * @param baseUrl of the service: an absolute link to another of its pages is like a relative one
 */
export function makeAddressesAbsolute(
  tree: Root,
  path: string,
  ids: ReadonlySet<string>,
  baseUrl: string | undefined,
): void {
  const base = PLACEHOLDER_ORIGIN + path;
  const absolute = (value: string): string | undefined => {
    const isOwn = baseUrl !== undefined && (value === baseUrl || value.startsWith(`${baseUrl}/`));
    const url = URL.parse(isOwn ? PLACEHOLDER_ORIGIN + value.slice(baseUrl.length) : value, base);
    if (url === null) return undefined;
    if (url.origin !== PLACEHOLDER_ORIGIN || url.hash === "") return url.href;
    const id = decode(url.hash.slice(1));
    url.hash = safeId(url.pathname === path ? ownId(id, ids) : id);
    return url.href;
  };
  walkElements(tree, ({ properties }) => {
    for (const name of URL_PROPERTIES) {
      const value = properties[name];
      if (typeof value !== "string") continue;
      const url = absolute(value);
      if (url === undefined) delete properties[name];
      else properties[name] = url;
    }
    if (typeof properties["srcSet"] === "string") keepSources(properties, absolute);
  });
}

/** A link may have the heading's text instead of its id. */
function ownId(id: string, ids: ReadonlySet<string>): string {
  if (ids.has(id)) return id;
  const given = id.startsWith(ID_PREFIX) ? id.slice(ID_PREFIX.length) : id;
  return [given, idOf(given)].find((candidate) => ids.has(candidate)) ?? id;
}

function decode(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}

/** `/a.webp 1x, /b.webp 2x`: an address may hold commas, but does not end with one. */
function keepSources(
  properties: Element["properties"],
  absolute: (address: string) => string | undefined,
): void {
  const sources = String(properties["srcSet"])
    .split(/,\s+|,$/)
    .flatMap((candidate) => {
      const [address = "", ...descriptors] = candidate.trim().split(/\s+/);
      const url = address === "" ? undefined : absolute(address);
      return url !== undefined && /^https?:/.test(url) ? [[url, ...descriptors].join(" ")] : [];
    });
  if (sources.length > 0) properties["srcSet"] = sources.join(", ");
  else delete properties["srcSet"];
}
