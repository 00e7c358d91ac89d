/**
 * The tools of `/mcp`. Each reads the API, so that it finds and refuses what the API does.
 */
import type { ReleaseView } from "../../domain/release.ts";

/** Reads a path of the API. */
export type ReadApi = (path: string) => Promise<Response>;

/** What a tool returns, or in words why it does not. */
export type ToolResult = { ok: true; value: Record<string, unknown> } | { ok: false; reason: string };

interface Tool {
  name: string;
  title: string;
  description: string;
  /** JSON Schema of the arguments, by name. */
  properties: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  required: readonly string[];
  run: (given: Arguments, read: ReadApi) => Promise<ToolResult>;
}

export type Arguments = Readonly<Record<string, unknown>>;

const text = (description: string) => ({ type: "string", description });
const VALUES = { anyOf: [{ type: "string" }, { type: "array", items: { type: "string" } }] };
const values = (description: string) => ({ ...VALUES, description: `${description}; several: any of them` });
const LIMIT = { type: "integer", minimum: 1, maximum: 100, default: 10 };
const LIMIT_DEFAULT = 10;

const FILTER = {
  q: text('Words that the title, summary or text must have; "…" for a phrase, - before a word to exclude it'),
  lang: values("BCP 47 language tag"),
  type: values("Type, such as press-release, statement or speech"),
  topic: values("Slug of a topic"),
  person: values("Slug of a person"),
  organisation: values("Slug of an organisation"),
  place: values("Slug of a place"),
};

export const TOOLS: readonly Tool[] = [
  {
    name: "search_releases",
    title: "Search releases",
    description:
      "Finds official releases (statements, speeches, press releases), newest first. Names id, edition, URL and status of each; cite the URL and the edition.",
    properties: {
      ...FILTER,
      from: text("First day (2026-11-23) or RFC 3339 instant"),
      to: text("Last day or instant"),
      limit: LIMIT,
      cursor: text("`next` of the page before"),
    },
    required: [],
    async run(given, read) {
      const query = queryOf({ limit: LIMIT_DEFAULT, ...given, content: "summary" });
      return whole<{ data: ReleaseView[]; next: string | null }>(
        await read(`/releases?${query}`),
        ({ data, next }) => ({ releases: data.map(inShort), next }),
      );
    },
  },
  {
    name: "get_release",
    title: "Get a release",
    description:
      "A release with its text and all its public editions, with the note of each correction. A withdrawn or killed one says why: do not quote it as valid.",
    properties: { id: text("UUID of the release, as the other tools name it") },
    required: ["id"],
    async run({ id }, read) {
      const path = `/releases/${encodeURIComponent(String(id))}`;
      const answer = await read(path);
      // A killed release has no editions to show.
      if (answer.status === 410) return { ok: true, value: inShort(await answer.json()) };
      const release = await whole<ReleaseView>(answer, (found) => ({
        ...inShort(found),
        updated: found.updated,
        text: found.content.text,
        translations: found.translations,
      }));
      if (!release.ok) return release;
      const editions = await read(`${path}/editions?limit=100`);
      // Killed since the first answer.
      if (editions.status === 410) return { ok: true, value: inShort(await editions.json()) };
      return whole<{ data: Record<string, unknown>[]; next: string | null }>(editions, ({ data, next }) => ({
        ...release.value,
        editions: data.map(({ edition, accepted, change, note }) => ({ edition, accepted, change, note })),
        moreEditions: next !== null,
      }));
    },
  },
  {
    name: "events_since",
    title: "Events since",
    description:
      "What happened after a sequence, oldest first: publications, corrections, withdrawals, kills. Call again with `next` as `after`; `last` is the newest sequence of all.",
    properties: {
      after: {
        type: "integer",
        minimum: 0,
        default: 0,
        description: "Sequence of the last event that you know",
      },
      ...FILTER,
      limit: LIMIT,
    },
    required: [],
    async run(given, read) {
      const query = queryOf({ limit: LIMIT_DEFAULT, ...given, content: "summary" });
      return whole<{ data: EventJson[]; next: string | null; last: number }>(
        await read(`/events?${query}`),
        ({ data, next, last }) => ({ events: data.map(eventInShort), next, last }),
      );
    },
  },
];

interface EventJson {
  type: string;
  timestamp: string;
  data: { sequence: number; release: ReleaseView; change?: { note?: string }; reason?: string };
}

function eventInShort({ type, timestamp, data }: EventJson): Record<string, unknown> {
  const { sequence, release, change, reason } = data;
  return { sequence, event: type, timestamp, ...inShort(release), note: change?.note, reason };
}

/** What each answer names of a release. */
function inShort(release: ReleaseView): Record<string, unknown> {
  const { id, edition, url, status, title, lang, type, date, summary, note, reason } = release;
  return { id, edition, url, status, title, lang, type, date, summary, note, reason };
}

function queryOf(given: Arguments): string {
  return new URLSearchParams(
    Object.entries(given).flatMap(([name, value]) =>
      [value].flat().map((each): [string, string] => [name, String(each)]),
    ),
  ).toString();
}

/** @param shape what the tool returns of the answer's JSON */
async function whole<T>(answer: Response, shape: (json: T) => Record<string, unknown>): Promise<ToolResult> {
  if (answer.ok) return { ok: true, value: shape(await answer.json<T>()) };
  const {
    detail,
    title,
    errors = [],
  } = await answer.json<{
    detail?: string;
    title?: string;
    errors?: { path: string; message: string }[];
  }>();
  const faults = errors.map(({ path, message }) => `${path.slice(1)} ${message}`);
  return {
    ok: false,
    reason: [detail ?? title ?? `The API answered ${answer.status}.`, ...faults].join(" "),
  };
}
