/**
 * Publishing: `PUT` and `POST /releases`, and withdraw, kill and reinstate.
 */
import * as z from "zod/mini";
import { type Issue, parse, type Result } from "../../domain/issues.ts";
import { defined } from "../../domain/defined.ts";
import { BATCH_RELEASES_MAX, SUMMARY_CHARS_MAX } from "../../domain/limits.ts";
import type { RegistryIssue } from "../../domain/registry.ts";
import { line, type PreparedRelease, releaseId, releaseInput } from "../../domain/release.ts";
import type { Action } from "../../newsroom/publish/actions.ts";
import type { PublishAnswer, PublishResult } from "../../newsroom/publish/ledger.ts";
import type { Warning } from "../../renderer/prepare.ts";
import { newsroom, renderer } from "../../runtime/stubs.ts";
import { editionCondition } from "../conditions.ts";
import type { Context } from "../context.ts";
import { nameNearestValues } from "../documents/nearest-values.ts";
import { invalid, notFound, problem } from "../problem.ts";
import { parseDryRun } from "../refuse-dry-run.ts";

/** The id may be left out of the body, because the address has it. */
export const releaseBody = z.extend(releaseInput, { id: z.optional(releaseId) });
/** Each release is parsed on its own, so that one answer names the issues of all. */
export const batchBody = z.strictObject({
  releases: z
    .array(z.unknown())
    .check(
      z.minLength(1, "must hold at least one release"),
      z.maxLength(BATCH_RELEASES_MAX, `must hold ${BATCH_RELEASES_MAX} releases at most`),
    ),
});
export const actionBody = z.strictObject({ reason: line(SUMMARY_CHARS_MAX) });

/** `PUT /releases/ID`: creates or replaces the release. */
export async function putRelease(c: Context, body: z.output<typeof releaseBody>): Promise<Response> {
  const id = parse(releaseId, c.req.param("id"));
  if (!id.ok) return invalid(c, [BAD_ID]);
  const ifEdition = editionCondition(c);
  if (ifEdition instanceof Response) return ifEdition;
  const dryRun = parseDryRun(c);
  if (!dryRun.ok) return invalid(c, dryRun.issues);
  if (body.id !== undefined && body.id !== id.value) {
    return invalid(c, [{ path: "/id", message: `must be the id in the address, ${id.value}` }]);
  }
  const [prepared] = await renderer(c.env).prepare([{ ...body, id: id.value }]);
  if (prepared === undefined) throw new TypeError("a release without a rendering");
  if (!prepared.ok) return invalid(c, prepared.issues);
  const { release, warnings } = prepared.value;

  const options = defined({ dryRun: dryRun.value, namesMissingFiles: dryRun.value, ifEdition });
  const result = await newsroom(c.env).publish([release], options);
  if (!result.ok) return refusePublish(c, result, () => "");
  const [answer] = result.answers;
  if (answer === undefined) throw new TypeError("a publish without an answer");
  const isNew = answer.changed && answer.edition === 1;
  return c.json(withWarnings(answer, warnings), isNew ? 201 : 200, {
    etag: `"${answer.edition}"`,
    ...(isNew ? { location: `/api/v1/releases/${answer.id}` } : {}),
  });
}

/** `POST /releases`: a batch, all of it or nothing. One answer names every issue of every release. */
export async function postReleases(c: Context, body: z.output<typeof batchBody>): Promise<Response> {
  const dryRun = parseDryRun(c);
  if (!dryRun.ok) return invalid(c, dryRun.issues);
  const inputs = body.releases.map((given) => parse(releaseInput, given));
  const parsed = inputs.flatMap((each, index) => (each.ok ? [{ index, input: each.value }] : []));
  const rendered = await renderer(c.env).prepare(parsed.map(({ input }) => input));
  const prepared = rendered.map((each, nth) => ({ index: parsed[nth]?.index ?? nth, result: each }));
  const valid = prepared.flatMap(({ index, result }) => (result.ok ? [{ index, ...result.value }] : []));
  const issues: BatchIssue[] = [
    ...inputs.flatMap((each, index) => issuesOf(index, each)),
    ...prepared.flatMap(({ index, result }) => issuesOf(index, result)),
    ...repeatedIds(valid),
  ];
  // With issues, the ledger only validates the other releases, so that its issues are named too.
  const result = await newsroom(c.env).publish(
    valid.map(({ release }) => release),
    { dryRun: dryRun.value || issues.length > 0, namesMissingFiles: dryRun.value },
  );
  if (result.ok && issues.length === 0) {
    const data = result.answers.map((answer, index) => withWarnings(answer, valid[index]?.warnings ?? []));
    return c.json({ data });
  }
  const toPath = (index: number) => `/releases/${index}`;
  if (result.ok) return refusePublish(c, { ok: false, problem: "invalid", issues }, toPath);
  if (result.problem === "edition-mismatch") return refusePublish(c, result, toPath);
  const fromLedger = result.issues.map(({ index, issue }) => ({
    index: valid[index]?.index ?? index,
    issue,
  }));
  const inOrder = [...issues, ...fromLedger].sort((a, b) => a.index - b.index);
  const kind = issues.length > 0 && result.problem === "not-minor" ? "invalid" : result.problem;
  return refusePublish(c, { ...result, problem: kind, issues: inOrder }, toPath);
}

/** `POST /releases/ID/withdraw`, `/kill`, `/reinstate`, with the reason that readers see. */
export async function postAction(c: Context, body: z.output<typeof actionBody>): Promise<Response> {
  const id = parse(releaseId, c.req.param("id"));
  if (!id.ok) return invalid(c, [BAD_ID]);
  const action = c.req.param("action") as Action; // the route admits no other
  const result = await newsroom(c.env).act(action, id.value, body.reason);
  if (result.ok) return c.json(result.answer);
  if (result.problem === "unknown") return notFound(c);
  return problem(c, { code: "release-conflict", detail: `${result.detail} Nothing was changed.` });
}

const BAD_ID: Issue = { path: "/id", message: "in the address must be a UUID" };

/** An issue of one release in a batch, by its index there. */
interface BatchIssue {
  index: number;
  issue: RegistryIssue;
}

/** The answer about a release; `warnings` only where there are any. */
function withWarnings(answer: PublishAnswer, warnings: readonly Warning[]) {
  return warnings.length === 0 ? answer : { ...answer, warnings };
}

function issuesOf(index: number, result: Result<unknown>): BatchIssue[] {
  return result.ok ? [] : result.issues.map((issue) => ({ index, issue }));
}

async function refusePublish(
  c: Context,
  result: Extract<PublishResult, { ok: false }>,
  toPath: (index: number) => string,
): Promise<Response> {
  if (result.problem === "edition-mismatch") {
    return problem(c, {
      code: "edition-mismatch",
      detail: `The current edition is ${result.present}. Read it, and send your change against it. Nothing was changed.`,
      headers: { etag: `"${result.present}"` },
    });
  }
  const issues = result.issues.map(({ index, issue }) => ({ ...issue, path: toPath(index) + issue.path }));
  const errors = await nameNearestValues(c, issues, true);
  switch (result.problem) {
    case "conflict":
      return problem(c, { code: "release-conflict", detail: "Nothing was changed.", errors });
    case "not-minor":
      return problem(c, {
        code: "not-minor",
        detail: "The change alters too much to be minor. Nothing was changed.",
        errors,
      });
    case "invalid":
      return invalid(c, errors);
  }
}

/** Two bodies for one release in one batch contradict each other. */
function repeatedIds(releases: readonly { index: number; release: PreparedRelease }[]): BatchIssue[] {
  const firstIndexes = new Map<string, number>();
  return releases.flatMap(({ index, release }) => {
    const first = firstIndexes.get(release.input.id);
    if (first === undefined) {
      firstIndexes.set(release.input.id, index);
      return [];
    }
    return [{ index, issue: { path: "/id", message: `is also the id of /releases/${first}` } }];
  });
}
