/**
 * Publishing over HTTP (CONTRACT 6).
 */
import * as z from "zod/mini";
import type { Context } from "hono";
import { type Issue, parse } from "../../domain/issues.ts";
import {
  line,
  type PreparedRelease,
  releaseId,
  type ReleaseInput,
  releaseInput,
  releasePath,
} from "../../domain/release.ts";
import { deriveSummary } from "../../domain/text.ts";
import { BATCH_RELEASES_MAX, SUMMARY_CHARS_MAX } from "../../domain/limits.ts";
import { DERIVED_SUMMARY_GRAPHEMES, EDITION_BYTES_MAX, SHORT_SENTENCE_GRAPHEMES } from "../limits.ts";
import type { Action, PublishResult } from "../../newsroom/publish/ledger.ts";
import { renderMarkdown } from "../../site/markdown.ts";
import { readJsonBody } from "../json-body.ts";
import { newsroom } from "../../runtime/stubs.ts";
import { invalid, notFound, problem } from "../problem.ts";

type App = { Bindings: Env };

const batchInput = z.strictObject({
  releases: z
    .array(z.unknown())
    .check(
      z.minLength(1, "must hold at least one release"),
      z.maxLength(BATCH_RELEASES_MAX, `must hold ${BATCH_RELEASES_MAX} releases at most`),
    ),
});

/** `PUT /releases/ID`: makes the release be what the body says. */
export async function putRelease(c: Context<App>): Promise<Response> {
  const id = parse(releaseId, c.req.param("id"));
  if (!id.ok) return invalid(c, [{ path: "/id", message: "in the address must be a UUID" }]);
  const ifEdition = parseIfMatch(c.req.header("if-match"));
  if (ifEdition === "malformed") {
    return problem(c, {
      status: 400,
      title: "Bad request",
      detail:
        'If-Match must be an edition in quotes, such as "2"; "0" means that the release must not be there yet.',
    });
  }
  const dry = dryRunOf(c);
  if (!dry.ok) return invalid(c, [dry.issue]);
  const read = await readJsonBody(c, releaseBody);
  if (!read.ok) return read.response;
  if (read.value.id !== undefined && read.value.id !== id.value) {
    return invalid(c, [{ path: "/id", message: `must be the id in the address, ${id.value}` }]);
  }
  const prepared = prepare({ ...read.value, id: id.value });
  if (!prepared.ok) return invalid(c, [prepared.issue]);

  const result = await newsroom(c.env).publish([prepared.release], {
    dryRun: dry.dryRun,
    ...(ifEdition === undefined ? {} : { ifEdition }),
  });
  const [answer] = result.ok ? result.answers : [];
  if (!result.ok || answer === undefined) return refusal(c, result, () => "");
  const isNew = answer.changed && answer.edition === 1;
  return c.json(answer, isNew ? 201 : 200, {
    etag: `"${answer.edition}"`,
    ...(isNew ? { location: `/api/v1/releases/${answer.id}` } : {}),
  });
}

/** `POST /releases`: a batch, all of it or nothing, and every fault of every release in one answer. */
export async function postReleases(c: Context<App>): Promise<Response> {
  const dry = dryRunOf(c);
  if (!dry.ok) return invalid(c, [dry.issue]);
  const read = await readJsonBody(c, batchInput);
  if (!read.ok) return read.response;
  const judged = read.value.releases.map((given): Judged => {
    const parsed = parse(releaseInput, given);
    if (!parsed.ok) return { ok: false, issues: parsed.issues };
    const prepared = prepare(parsed.value);
    return prepared.ok ? prepared : { ok: false, issues: [prepared.issue] };
  });
  const sound = judged.flatMap((each, index) => (each.ok ? [{ index, release: each.release }] : []));
  const issues = [
    ...judged.flatMap((each, index) => (each.ok ? [] : each.issues.map((issue) => ({ index, issue })))),
    ...repeatedIds(sound),
  ];
  const dryRun = dry.dryRun || issues.length > 0; // then only for what the ledger has against the others
  const releases = sound.map(({ release }) => release);
  const result = await newsroom(c.env).publish(releases, { dryRun });
  if (result.ok && issues.length === 0) return c.json({ data: result.answers });
  if (!result.ok && result.problem === "edition-mismatch") return refusal(c, result, () => "");
  const found = result.ok
    ? []
    : result.issues.map(({ index, issue }) => ({ index: sound[index]?.index ?? index, issue }));
  const all = [...issues, ...found].sort((a, b) => a.index - b.index);
  const conflict = !result.ok && result.problem === "conflict";
  return refusal(
    c,
    { ok: false, problem: conflict ? "conflict" : "invalid", issues: all },
    (index) => `/releases/${index}`,
  );
}

type Judged = { ok: true; release: PreparedRelease } | { ok: false; issues: Issue[] };

const actionInput = z.strictObject({ reason: line(SUMMARY_CHARS_MAX) });

/** `POST /releases/ID/withdraw`, `/kill`, `/reinstate`: with the reason that readers are told. */
export async function postAction(c: Context<App>): Promise<Response> {
  const id = parse(releaseId, c.req.param("id"));
  if (!id.ok) return invalid(c, [{ path: "/id", message: "in the address must be a UUID" }]);
  const read = await readJsonBody(c, actionInput);
  if (!read.ok) return read.response;
  const action = c.req.param("action") as Action; // the route takes no other
  const result = await newsroom(c.env).act(action, id.value, read.value.reason);
  if (result.ok) return c.json(result.answer);
  if (result.problem === "unknown") return notFound(c);
  return problem(c, { status: 409, title: "Conflict", detail: `${result.detail} Nothing was changed.` });
}

/** In a PUT the id stands in the address already. */
const releaseBody = z.extend(releaseInput, { id: z.optional(releaseId) });

type Prepared = { ok: true; release: PreparedRelease } | { ok: false; issue: Issue };

/** What is made of the text once, outside the ledger, which has no time for it. */
function prepare(input: ReleaseInput): Prepared {
  const rendered = renderMarkdown(input.body, releasePath(input));
  if (!rendered.ok) return { ok: false, issue: { path: "/body", message: rendered.reason } };
  if (rendered.html === "")
    return { ok: false, issue: { path: "/body", message: "has nothing that may be shown" } };
  const { html, text } = rendered;
  const summary =
    input.summary ??
    deriveSummary(text || input.title, input.lang, {
      graphemes: DERIVED_SUMMARY_GRAPHEMES,
      shortSentence: SHORT_SENTENCE_GRAPHEMES,
    });
  const bytes = new TextEncoder().encode(JSON.stringify(input) + html + text).byteLength;
  if (bytes > EDITION_BYTES_MAX) {
    const message = `makes ${bytes} bytes with its HTML and plain text; ${EDITION_BYTES_MAX} are the most`;
    return { ok: false, issue: { path: "/body", message } };
  }
  return { ok: true, release: { input, html, text, summary } };
}

function refusal(
  c: Context<App>,
  result: PublishResult & { ok?: boolean },
  prefix: (index: number) => string,
): Response {
  if (result.ok) throw new TypeError("a publish without an answer");
  if (result.problem === "edition-mismatch") {
    return problem(c, {
      status: 412,
      title: "Precondition failed",
      detail: `The present edition is ${result.present}; read it, and send your change against that. Nothing was changed.`,
      headers: { etag: `"${result.present}"` },
    });
  }
  const errors = result.issues.map(({ index, issue }) => ({ ...issue, path: prefix(index) + issue.path }));
  return result.problem === "conflict"
    ? problem(c, { status: 409, title: "Conflict", detail: "Nothing was changed.", errors })
    : invalid(c, errors);
}

/** Two texts for one release in one batch: neither is meant more than the other. */
function repeatedIds(
  sound: readonly { index: number; release: PreparedRelease }[],
): { index: number; issue: Issue }[] {
  const first = new Map<string, number>();
  return sound.flatMap(({ index, release }) => {
    const before = first.get(release.input.id);
    if (before === undefined) {
      first.set(release.input.id, index);
      return [];
    }
    return [{ index, issue: { path: "/id", message: `is the id of /releases/${before} too` } }];
  });
}

function parseIfMatch(header: string | undefined): number | undefined | "malformed" {
  if (header === undefined) return undefined;
  const edition = /^\s*"(0|[1-9]\d{0,8})"\s*$/.exec(header)?.[1];
  return edition === undefined ? "malformed" : Number(edition);
}

/** Judged and answered like a publish, but nothing is kept. Anything but true or false is a fault: publishing cannot be undone. */
function dryRunOf(c: Context): { ok: true; dryRun: boolean } | { ok: false; issue: Issue } {
  const given = Object.keys(c.req.query()).filter((name) => name.toLowerCase() === "dryrun");
  const values = given.flatMap((name) => c.req.queries(name) ?? []);
  if (given.every((name) => name === "dryRun") && values.length <= 1) {
    const [value = "false"] = values;
    if (value === "true" || value === "false") return { ok: true, dryRun: value === "true" };
  }
  return { ok: false, issue: { path: "/dryRun", message: "must be dryRun=true or dryRun=false, once" } };
}
