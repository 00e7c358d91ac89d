import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { unstable_readConfig as readConfig } from "wrangler";
import { describe, expect, it } from "vitest";
import * as domain from "../../src/domain/limits.ts";
import * as markdown from "../../src/markdown/limits.ts";
import * as http from "../../src/http/limits.ts";
import * as newsroom from "../../src/newsroom/limits.ts";
import * as renderer from "../../src/renderer/limits.ts";
import * as site from "../../src/site/limits.ts";
import * as subscriber from "../../src/subscriber/limits.ts";
import * as webhooks from "../../src/webhooks/limits.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const README = readFileSync(join(ROOT, "src/http/README.md"), "utf8");
/** The rate limits of wrangler.toml, each over a number of seconds. */
const ratelimits = readConfig({ config: join(ROOT, "wrangler.toml") }).ratelimits as {
  name: string;
  simple: { limit: number; period: number };
}[];

const { test, verify, redeliver, replay } = subscriber.OWNER_REQUESTS_MAX;
const [calls, newLists, handshakes] = ["CALLS", "NEW_LISTS", "HANDSHAKES_OF_CLIENT"].map((name) =>
  ["", "_56", "_48"].map((network) => rate(name + network)),
);
const seconds = (ms: number) => ms / 1_000;

/** What the README says, by the first column of its table. */
const rows = tableRows();

/** The numbers in each row of the table, from left to right: bytes, seconds or a count. */
const ROWS: Record<string, unknown[]> = {
  "body of a request": [domain.BODY_BYTES_MAX],
  "a file": [domain.FILE_BYTES_MAX, domain.FILE_NAME_BYTES_MAX],
  "releases in a batch": [domain.BATCH_RELEASES_MAX],
  "title of a release": [domain.TITLE_CHARS_MAX],
  "summary, note": [domain.SUMMARY_CHARS_MAX],
  "edition with its HTML and text": [renderer.EDITION_BYTES_MAX],
  "Markdown of a release": [
    markdown.NESTING_MARKS_MAX,
    markdown.BLOCK_LINES_MAX,
    markdown.BLOCK_MARKS_MAX,
    markdown.TABLE_CELLS_MAX,
  ],
  "letters of a slug": [domain.SLUG_CHARS_MAX],
  "language tag": [domain.LANGUAGE_CHARS_MAX],
  "URLs of a source, an image, an attachment": [domain.URL_CHARS_MAX],
  "values of one facet, attachments of a release": [domain.FACET_VALUES_MAX, domain.ATTACHMENTS_MAX],
  "values of one facet in the registry": [domain.REGISTRY_VALUES_MAX],
  "names of one value in the registry": [domain.LANGUAGES_NAMED_MAX, domain.SPELLINGS_MAX],
  "a value that left the registry": [newsroom.RETIRED_SECONDS],
  "texts of the site": [domain.SITE_NAME_CHARS_MAX, domain.SITE_DESCRIPTION_CHARS_MAX, domain.SITE_LINKS_MAX],
  "phrases of the site": [domain.PHRASE_CHARS_MAX, domain.MARK_CHARS_MAX],
  "releases on a page of their states": [newsroom.STATES_PER_PAGE],
  "rows on a page": [http.PAGE_ROWS_DEFAULT, domain.PAGE_ROWS_MAX, newsroom.PAGE_BYTES_MAX],
  "events that one call compares": [newsroom.EVENT_ROWS_PER_CALL, newsroom.EVENT_UNITS_READ_PER_CALL],
  "values in a filter": [
    domain.LIST_VALUES_MAX,
    domain.SUBSCRIPTION_VALUES_MAX,
    domain.SUBSCRIPTION_FILTER_BYTES_MAX,
  ],
  "words in a search": [domain.SEARCH_WORDS_MAX, domain.SEARCH_CHARS_MAX, domain.RUN_CHARACTERS_PER_WORD],
  "nearest values": [domain.NEAREST_NAMED, domain.VALUES_WITH_NEAREST_MAX],
  "a page of a list": [site.CHOICES_MAX, newsroom.YEARS_MAX],
  "directory of feeds, indexes of facets": [
    newsroom.DIRECTORY_VALUES_MAX,
    newsroom.VALUES_RENDERED_AT_ONCE_MAX,
    seconds(newsroom.INDEX_DELAY_MS),
  ],
  "a page where nothing is": [http.NEWEST_NAMED],
  "differing words between two editions": [http.DIFF_EDITS_MAX],
  "words of a minor change": [newsroom.MINOR_WORDS_MIN, newsroom.MINOR_WORDS_MAX],
  "history of a release": [
    newsroom.HISTORY_ENTRIES_MAX,
    newsroom.HISTORY_SHOWN_UNITS_MAX,
    newsroom.HISTORY_EDITS_MAX,
    newsroom.HISTORY_COMPARED_UNITS_MAX,
  ],
  "newest document of a list": [newsroom.LIST_BYTES_MAX, newsroom.TOMBSTONES_MAX],
  sitemaps: [
    newsroom.EVENTS_PER_SITEMAP,
    newsroom.SITEMAP_URLS_MAX,
    newsroom.NEWS_SECONDS,
    newsroom.NEWS_ITEMS_MAX,
    newsroom.NEWS_SITEMAP_ITEMS_MIN,
  ],
  "notices to search engines about one page": [
    seconds(newsroom.NOTICE_INTERVAL_MS),
    newsroom.NOTICE_ATTEMPTS_MAX,
  ],
  "requests that KV cannot answer": calls ?? [],
  "new combinations of filters": newLists ?? [],
  "combinations of filters kept": [
    ...newsroom.COMBINATIONS_PER_CLIENT_MAX,
    newsroom.LISTS_KEPT_MAX,
    seconds(newsroom.LIST_KEPT_FIRST_MS),
    seconds(newsroom.LIST_KEPT_MS),
    newsroom.LISTS_REMEMBERED_MAX,
  ],
  "open streams": [
    ...newsroom.LONG_POLLS_PER_NETWORK_MAX,
    newsroom.LONG_POLLS_MAX,
    newsroom.LONG_POLLS_RESERVED,
    seconds(http.STREAM_LIFE_MS),
    seconds(http.HEARTBEAT_MS),
  ],
  "pending subscriptions": [
    ...newsroom.PENDING_PER_NETWORK_MAX,
    newsroom.PENDING_PER_HOST_MAX,
    newsroom.PENDING_MAX,
    newsroom.PENDING_RESERVED,
  ],
  "verified subscriptions": [
    ...newsroom.VERIFIED_PER_NETWORK_MAX,
    newsroom.VERIFIED_PER_HOST_MAX,
    newsroom.VERIFIED_PER_DOMAIN_MAX,
    newsroom.VERIFIED_MAX,
  ],
  "Retry-After of too many subscriptions": [domain.SUBSCRIPTIONS_RETRY_SECONDS],
  "verification requests": [...(handshakes ?? []), rate("HANDSHAKES_AT_HOST"), rate("HANDSHAKES_AT_HOST")],
  "chat subscribed again": [seconds(newsroom.CHAT_REPEAT_MS)],
  "first proof": [
    seconds(subscriber.BEGIN_MS_MAX),
    ...subscriber.VERIFICATION_RETRIES_MS.map((ms) => seconds(ms)),
  ],
  "lease of the hub": [domain.HUB_LEASE_SECONDS, domain.HUB_LEASE_SECONDS_MIN, domain.HUB_LEASE_SECONDS_MAX],
  "request to the hub": [domain.HUB_BODY_BYTES_MAX, domain.HUB_SECRET_BYTES_MAX],
  "verification by the hub": [webhooks.HUB_VERIFICATIONS_MAX, subscriber.HUB_REQUESTS_MAX],
  "combinations of filters that the hub follows": [newsroom.COMBINATION_TOPICS_MAX],
  "time to verify an endpoint": [seconds(subscriber.VERIFICATION_MS_MAX), seconds(domain.UNVERIFIED_KEPT_MS)],
  "calls of an owner, each a minute and an hour": [test, verify, redeliver, replay].flatMap(
    ({ inMinute, inHour }) => [inMinute, inHour],
  ),
  "form of `/subscribe`": [http.FORM_BYTES_MAX, http.PREVIEW_DAYS * 86_400],
  "request of an agent": [http.MCP_BYTES_MAX],
  "what a filter would have sent": [newsroom.MATCHES_COUNTED_MAX, newsroom.MATCHES_SHOWN_MAX],
  "URL of an endpoint": [domain.URL_CHARS_MAX, domain.HOST_CHARS_MAX],
  description: [domain.DESCRIPTION_CHARS_MAX],
  "value of a subscription's header": [domain.HEADER_VALUE_CHARS_MAX],
  "messages in a chat": [
    webhooks.CHAT_TEXT_UNITS_MAX,
    webhooks.CHAT_PHRASE_UNITS_MAX,
    webhooks.CHAT_LABEL_UNITS_MAX,
    seconds(webhooks.CHAT_SPACING_MS),
    seconds(webhooks.TELEGRAM_SPACING_MS),
  ],
  ratePerMinute: [domain.RATE_PER_MINUTE_MAX],
  "secrets of a subscription": [
    subscriber.LIVE_SECRETS_MAX,
    http.SECRET_OVERLAP_SECONDS,
    http.SECRET_OVERLAP_SECONDS_MAX,
    domain.SIGNING_SECRET_BYTES_MIN,
    domain.SIGNING_SECRET_BYTES_MAX,
  ],
  "deliveries under way": [subscriber.ATTEMPTS_IN_FLIGHT_MAX],
  "answer of an endpoint": [webhooks.ANSWER_BYTES_READ, webhooks.ANSWER_BYTES_KEPT],
  "Retry-After of an endpoint": [
    seconds(webhooks.RETRY_AFTER_MS_MAX),
    webhooks.FREE_PUT_OFFS_MAX,
    seconds(subscriber.CAREFUL_MS),
  ],
  "failure of an endpoint": [seconds(subscriber.FAILING_MS_MAX)],
  "log of deliveries": [seconds(subscriber.DELIVERY_KEPT_MS)],
  "not sent events explained": [newsroom.EXPLAINED_EVENTS_MAX],
  "recipients of a release": [subscriber.RELEASE_LOG_MAX],
  "subscriptions that one call of reseal seals": [http.RESEALED_PER_CALL_MAX],
  "an answer that names faults": [
    domain.ISSUES_MAX,
    domain.ISSUES_BYTES_MAX,
    domain.ISSUE_CHARS_MAX,
    domain.FIELDS_WITH_NEAREST_MAX,
  ],
  "`ADMIN_TOKEN`, `SECRETS_KEY`": [domain.SECRET_BYTES_MIN, domain.SECRET_DISTINCT_CHARS_MIN],
};

/** Limits of `domain` that no client meets: they bound the work of the service itself. */
const INTERNAL = [
  "TAGS_REMEMBERED_MAX",
  "SEARCHES_REMEMBERED_MAX",
  "NEAREST_DISTANCE_MAX",
  "PARAMETERS_COMPARED_MAX",
  "PARAMETER_CHARS_MAX",
];

/** Of a unit after a number, in bytes or seconds. */
const UNITS: Record<string, number> = {
  MiB: 2 ** 20,
  KiB: 2 ** 10,
  MB: 1_000_000,
  kB: 1_000,
  second: 1,
  minute: 60,
  minutes: 60,
  hour: 3_600,
  hours: 3_600,
  day: 86_400,
  days: 86_400,
};

describe("the limits in src/http/README.md", () => {
  it("are those that this test compares", () => {
    expect([...rows.keys()].toSorted()).toEqual(Object.keys(ROWS).toSorted());
  });

  it.each(Object.entries(ROWS))("are those of the code: %s", (what, numbers) => {
    expect(numbersIn(rows.get(what) ?? "")).toEqual(numbers);
  });

  it("have the number of each rate limit of wrangler.toml, over a minute", () => {
    const compared = [
      ...(calls ?? []),
      ...(newLists ?? []),
      ...(handshakes ?? []),
      rate("HANDSHAKES_AT_HOST"),
    ];
    expect(compared.length).toBe(ratelimits.length);
    expect(ratelimits.map(({ simple }) => simple.period)).toEqual(
      ratelimits.map(() => http.RATE_LIMIT_PERIOD_SECONDS),
    );
  });

  it("have every limit of src/domain, but for those that no client meets", () => {
    const source = readFileSync(import.meta.filename, "utf8");
    const missing = Object.keys(domain).filter(
      (name) => !INTERNAL.includes(name) && !source.includes(`domain.${name}`),
    );
    expect(missing).toEqual([]);
  });
});

function rate(name: string): number {
  return ratelimits.find((limit) => limit.name === name)?.simple.limit ?? Number.NaN;
}

/** The table below the heading, by its first column. */
function tableRows(): Map<string, string> {
  const [, section = ""] = README.split("\n## Limits\n");
  const [table = ""] = section.split("\n\nA client is");
  const cells = table.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  return new Map(
    cells
      .map(([, what = "", limit = ""]): [what: string, limit: string] => [what, limit])
      .filter(([what]) => what !== "" && what !== "what" && !what.startsWith("-")),
  );
}

/** `at most 1 MiB` → [1048576]. */
function numbersIn(text: string): number[] {
  return [...text.matchAll(/(\d[\d,]*(?:\.\d+)?)(?: ([A-Za-z]+))?/g)].map(
    ([, number = "", unit = ""]) => Number(number.replaceAll(",", "")) * (UNITS[unit] ?? 1),
  );
}
