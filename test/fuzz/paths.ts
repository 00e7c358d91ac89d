/**
 * Paths: of routes with their parameters filled in, and changed ones.
 */
import type { Random } from "../chaos/random.ts";
import type { Route } from "./routes.ts";
import { oddText, randomUuid } from "./texts.ts";
import { pickSubscription, type World } from "./world.ts";

const FORMATS = ["", "", "/feed.rss", "/feed.atom", "/feed.json"];
const LANGUAGES = ["en", "hy", "ru", "fr", "de", "EN", "x"];
const FACETS = ["topics", "people", "organisations", "places", "types"];
const OTHER_DOCUMENTS =
  "/feeds /feeds.opml /rss /rss.xml /feed /feed.xml /index.xml /atom.xml /en/rss /robots.txt /sitemap.xml /.well-known/security.txt".split(
    " ",
  );

/** @returns the path, and the token of the subscription that it names */
export function pathOf(
  { method, path }: Route,
  world: World,
  random: Random,
): { path: string; token?: string } {
  const isDestructive = method === "DELETE" || path.endsWith("/rotate-token");
  const subscription = pickSubscription(world, isDestructive, random);
  const filled = path.replaceAll(/\/:(\w+)(?:\{([^}]+)\})?/g, (_, name: string, among?: string) => {
    const value = random.chance(0.1)
      ? encoded(oddText(random))
      : parameter(name, among, path, subscription, world, random);
    return `/${value}`;
  });
  const whole = filled.endsWith("*") ? documentPath(world, random) : filled;
  return path.includes("/subscriptions/:") ? { path: whole, token: subscription.token } : { path: whole };
}

function parameter(
  name: string,
  among: string | undefined,
  path: string,
  subscription: World["bystander"],
  world: World,
  random: Random,
): string {
  if (among !== undefined) return random.pick(among.split("|"));
  switch (name) {
    case "id":
      if (path.includes("subscriptions")) return subscription.id;
      return random.chance(0.1) ? randomUuid(random) : random.pick(world.releases).id;
    case "event":
      return random.pick([...subscription.events, "evt_0", `evt_${"0".repeat(32)}`]);
    case "token":
      return random.pick(["1.AAAA", "0.", "999999.x", "A".repeat(43), `1.${"A".repeat(43)}`]);
    default:
      return random.pick(["0", "1", "2", "3", "-1", "1.0", "01", "1e0", "999999999999", "%D9%A2"]);
  }
}

/** Lists, feeds, archives, releases and everything else that readers ask for. */
function documentPath({ releases, registry }: World, random: Random): string {
  const kinds = [
    () => random.pick(OTHER_DOCUMENTS),
    () => `${random.pick(["", `/${random.pick(LANGUAGES)}`])}${random.pick(FORMATS)}` || "/",
    () => `/${random.pick(LANGUAGES)}/archive/${random.integer(0, 5)}${random.pick(FORMATS)}`,
    () => `/archive/${random.integer(0, 5)}${random.pick(FORMATS)}`,
    () => {
      const { lang, slug } = random.pick(releases);
      return `/${lang}/releases/${slug}${random.pick(["", "", ".json", ".md", "/history", "/"])}`;
    },
    () => {
      const facet = random.pick(FACETS);
      const values = (registry[facet] ?? []) as { slug: string }[];
      const slug = random.pick([...values, { slug: "none" }]).slug;
      return `/${random.pick(LANGUAGES)}/${facet}${random.pick(["", `/${slug}${random.pick(FORMATS)}`])}`;
    },
    () => `/${encoded(oddText(random))}`,
  ];
  return random.pick(kinds)();
}

export function mutatedPath(path: string, random: Random): string {
  const at = random.integer(0, path.length);
  const [before, after] = [path.slice(0, at), path.slice(at)];
  const insert = (text: string) => `${before}${text}${after}`;
  const kinds = [
    () => insert("/"),
    () => insert("//"),
    () => insert("/./"),
    () => insert("/../"),
    () => insert("%2e%2e%2f"),
    () => insert("%2f"),
    () => insert("%5c"),
    () => insert("\\"),
    () => insert("%00"),
    () => insert("%"),
    () => insert("%ff"),
    () => insert("%ed%a0%80"),
    () => insert("%c0%af"),
    () => insert("\u00ff\u0080"),
    () => insert(";a=b"),
    () => insert("%0d%0ax-injected:%201"),
    () => insert(encoded(oddText(random))),
    () => insert("a".repeat(random.integer(190, 15_000))),
    () => insert("/a".repeat(random.integer(10, 2_000))),
    () => path.replaceAll(/[a-z]/g, (letter) => (random.chance(0.2) ? hexOf(letter) : letter)),
    () => path.replace(/[a-z]/, (letter) => `%25${hexOf(letter).slice(1)}`),
    () => path.toUpperCase(),
    () => `/${path}`,
    () => `${path}/`,
    () => `${path}.json`,
    () => before || "/",
    () => `http://evil.invalid${path}`,
  ];
  return random.pick(kinds)();
}

function hexOf(letter: string): string {
  return `%${letter.charCodeAt(0).toString(16)}`;
}

/** Lone surrogates have no encoding: they become U+FFFD. */
export function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
