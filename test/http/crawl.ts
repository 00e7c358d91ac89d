/**
 * Asks the service for answers of every kind, as strangers and a subscriber may, and keeps them whole:
 * status, all headers and all bytes.
 */
import { FEED_FORMATS } from "../../src/domain/list.ts";
import { BASE_URL, requestUnread } from "../support/service.ts";
import type { Made } from "../support/subscriptions.ts";

export interface Question {
  path: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

/** Whole answers by question. */
export type Answers = Map<string, string>;

/** What the questions are about. */
export interface Subject {
  /** Paths of lists, which may have a query. */
  lists: readonly string[];
  archives: readonly string[];
  /** Public releases, with the number of their editions. */
  releases: readonly { id: string; path: string; editions: number }[];
  /** Releases under embargo. */
  secrets: readonly { id: string; lang: string; slug: string }[];
  /** Values under embargo, with the filter's field and the facet for it. */
  values: readonly { field: string; facet: string; value: string }[];
  /** Paths of files, public ones and those under embargo. */
  files: readonly string[];
  /** Words that only texts under embargo have. */
  words: readonly string[];
  subscription: Made;
}

/** Of feeds and pages, answers to clients with these headers are asked for too. */
const CLIENTS: Record<string, string>[] = [
  { "accept-encoding": "gzip" },
  { "sec-fetch-dest": "document" },
  { accept: "text/markdown" },
  { range: "bytes=0-3" },
  { "if-none-match": '"another"' },
  { "if-modified-since": "Wed, 25 Nov 2020 10:00:00 GMT" },
];

/** Other forms of the page of a release. */
const FORMS = ["/history", ".json", ".md"];

/** What crawlers read. */
const SITEMAPS = [
  "/sitemap.xml",
  "/sitemaps/0.xml",
  "/sitemaps/lists.xml",
  "/news-sitemap.xml",
  "/robots.txt",
];

/** The indexes of facets. */
const INDEXES = ["/en/topics", "/en/people", "/en/types"];

/** Every question about a subject. */
export function questionsAbout(subject: Subject): Question[] {
  const documents = [...subject.lists, ...subject.archives].flatMap(formsOf);
  const pages = subject.releases.flatMap(({ id, path }) => [
    path,
    ...FORMS.map((form) => path + form),
    `/api/v1/releases/${id}`,
  ]);
  const asked = [
    ...documents,
    ...pages,
    ...subject.files,
    "/api/v1/registry",
    "/feeds",
    "/feeds.opml",
    ...INDEXES,
    ...SITEMAPS,
  ];
  return [
    ...asked.flatMap((path) => [
      { path },
      { path, method: "HEAD" },
      ...CLIENTS.map((headers) => ({ path, headers })),
    ]),
    ...aboutReleases(subject),
    ...aboutSecrets(subject),
    ...aboutTheService(subject),
  ];
}

/** Conditional requests and requests for a delta, with the ETags of earlier answers. */
export function conditionalQuestions(questions: readonly Question[], answers: Answers): Question[] {
  return questions.flatMap((question) => {
    const answer = answers.get(nameOf(question)) ?? "";
    const etag = /"etag","((?:[^"\\]|\\.)*)"/.exec(answer)?.[1]?.replaceAll("\\", "");
    if (etag === undefined || question.method !== undefined || question.headers !== undefined) return [];
    const before = etag.replace(/-\d+"$/, '-1"');
    return [
      { ...question, headers: { "if-none-match": etag } },
      { ...question, headers: { "if-none-match": before, "a-im": "feed" } },
    ];
  });
}

export async function ask(questions: readonly Question[]): Promise<Answers> {
  const answers: Answers = new Map();
  for (const [index, question] of questions.entries()) {
    const { path, method = "GET", headers, body } = question;
    // Thousands of answers are compared: to judge each by the OpenAPI document would take minutes.
    const response = await requestUnread(path, {
      method,
      // Each question comes from a network of its own, so that no limit by client is in the way.
      headers: { ...headers, "cf-connecting-ip": `100.${index >> 8}.${index & 255}.1` },
      ...(body === undefined ? {} : { body }),
    });
    const bytes = new TextDecoder("latin1").decode(await response.arrayBuffer());
    // `Headers` gives them in the order of their names.
    answers.set(nameOf(question), JSON.stringify([response.status, [...response.headers], bytes]));
  }
  return answers;
}

/** The questions whose answers differ, with both answers from shortly before they differ. */
export function differences(before: Answers, after: Answers): string[] {
  return [...before].flatMap(([name, one]) => {
    const other = after.get(name) ?? "";
    if (other === one) return [];
    const start = Math.max(
      0,
      Array.from({ length: one.length }).findIndex((_, at) => one[at] !== other[at]) - 100,
    );
    const [was, is] = [one, other].map((answer) => answer.slice(start, start + 300));
    return [`${name}\n  before: ${was}\n  after:  ${is}`];
  });
}

function nameOf({ path, method = "GET", headers = {}, body = "" }: Question): string {
  return [method, path, JSON.stringify(headers), body].join(" ");
}

/** A list as a page and in each format. */
function formsOf(list: string): string[] {
  const [path = "", query] = list.split("?");
  const feeds = FEED_FORMATS.map((format) => `${path.replace(/\/$/, "")}/feed.${format}`);
  return [path, ...feeds].map((each) => (query === undefined ? each : `${each}?${query}`));
}

function aboutReleases({ releases }: Subject): Question[] {
  return releases.flatMap(({ id, editions }) => {
    const api = `/api/v1/releases/${id}`;
    const numbers = Array.from({ length: editions + 2 }, (_, number) => `${api}/editions/${number}`);
    return [`/r/${id}`, `${api}/editions`, ...numbers, `${api}/editions/1/diff/${editions}`].map((path) => ({
      path,
    }));
  });
}

function aboutSecrets({ secrets, values, words }: Subject): Question[] {
  const ofReleases = secrets.flatMap(({ id, lang, slug }) => {
    const [api, page] = [`/api/v1/releases/${id}`, `/${lang}/releases/${slug}`];
    const parts = ["", "/editions", "/editions/1", "/editions/2", "/editions/1/diff/2"];
    return [
      ...[
        page,
        ...FORMS.map((form) => page + form),
        `${page}/`,
        `${page}/feed.rss`,
        page.slice(0, -1),
        `/r/${id}`,
      ].map((path) => ({ path })),
      ...parts.map((part) => ({ path: api + part })),
      ...["PUT", "DELETE"].map((method) => ({ path: api, method, body: "{}" })),
      ...["/kill", "/withdraw", "/reinstate"].map((action) => ({
        path: api + action,
        method: "POST",
        body: '{"reason":"none"}',
      })),
    ];
  });
  const ofValues = values.flatMap(({ field, facet, value }) =>
    // The value, and names near it.
    [value, value.slice(0, -1), `${value}x`].flatMap((each) => [
      { path: `/en/${facet}/${each}` },
      ...FEED_FORMATS.map((format) => ({ path: `/en/${facet}/${each}/feed.${format}` })),
      { path: `/feed.json?${field}=${each}&lang=en&lang=hy` },
      { path: `/en/feed.rss?not.${field}=${each}` },
      { path: `/api/v1/releases?${field}=${each}` },
      { path: `/api/v1/events?not.${field}=${each}` },
      { path: `/api/v1/events/stream?${field}=${each}`, method: "HEAD" },
      subscribing({ [field]: each }),
      subscribing({ lang: "en", not: { [field]: [each] } }),
      subscribingAtHub(`/en/${facet}/${each}/feed.rss`),
      subscribingAtHub(`/en/feed.json?not.${field}=${each}`),
    ]),
  );
  const ofWords = words.flatMap((word) =>
    ["/en/feed.rss", "/feed.json", "/api/v1/releases", "/api/v1/events"].map((path) => ({
      path: `${path}?q=${word}`,
    })),
  );
  return [...ofReleases, ...ofValues, ...ofWords];
}

function subscribingAtHub(topic: string): Question {
  const form = {
    "hub.mode": "subscribe",
    "hub.callback": "http://127.0.0.1:9/",
    "hub.topic": BASE_URL + topic,
  };
  return {
    path: "/hub",
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(form).toString(),
  };
}

function subscribing(filter: object): Question {
  return {
    path: "/api/v1/subscriptions",
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ url: "http://127.0.0.1:9/", filter }),
  };
}

function aboutTheService({ subscription, releases, secrets }: Subject): Question[] {
  const own = { authorization: `Bearer ${subscription.token}` };
  const subscriptionPath = `/api/v1/subscriptions/${subscription.id}`;
  const logs = [...releases, ...secrets].map(({ id }) => `/deliveries?release=${id}`);
  const paths = [
    "/healthz",
    "/.well-known/webhook-keys.json",
    "/style.css",
    "/rss.xml",
    "/de",
    "/en/releases",
    "/hub",
    "/api/v1/none",
    "/api/v1/subscriptions",
    "/api/v1/rebuild",
    "/api/v1/releases?limit=100",
    "/api/v1/releases?limit=2&content=summary",
    "/api/v1/releases?from=2020-11-28&lang=en",
    "/api/v1/releases?limit=none",
    "/api/v1/events?after=0&limit=100",
    "/api/v1/events?after=5&content=summary",
    "/api/v1/events?after=1000",
    "/api/v1/events?lang=hy&events=release.published",
    "/api/v1/events?topic=csto",
  ];
  return [
    ...paths.map((path) => ({ path })),
    { path: "/api/v1/registry", method: "PUT", body: "{}" },
    ...["", "/deliveries", "/deliveries?state=failed", ...logs].map((part) => ({
      path: subscriptionPath + part,
      headers: own,
    })),
  ];
}
