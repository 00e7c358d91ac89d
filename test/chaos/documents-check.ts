/**
 * The read model against the ledger, in the strongest form that there is: all that KV holds, value and
 * metadata, key by key; KV emptied; rebuilt from the ledger; all that it holds then. And each release
 * as KV shows it against what the office knows.
 */
import { polled } from "./polled.ts";
import type { Stage } from "./environment.ts";

/** Key, SHA-256 of the value, metadata. */
type Stored = [string, string, unknown];

const REBUILT_WITHIN_MS = 120_000;
const NAMED_MAX = 5;

/** Call it when nothing waits to be rendered. @returns what is wrong, in words */
export async function checkDocuments(stage: Stage): Promise<string[]> {
  const { calls } = stage;
  const shown = await checkReleases(stage);
  const before = await calls.answer<Stored[]>("GET", "/chaos/documents");
  await calls.answer("DELETE", "/chaos/documents");
  await calls.answer("POST", "/api/v1/rebuild", calls.adminToken);
  await polled("KV is rebuilt", REBUILT_WITHIN_MS, async () => {
    const { waiting } = await calls.answer<{ waiting: number }>("GET", "/healthz");
    return waiting === 0 ? true : undefined;
  });
  const after = await calls.answer<Stored[]>("GET", "/chaos/documents");
  return [...shown, ...differences(before, after)];
}

function differences(before: readonly Stored[], after: readonly Stored[]): string[] {
  const rebuilt = new Map(after.map(([key, ...rest]) => [key, JSON.stringify(rest)]));
  const stood = new Map(before.map(([key, ...rest]) => [key, JSON.stringify(rest)]));
  const keys = [...new Set([...stood.keys(), ...rebuilt.keys()])];
  const different = keys.filter((key) => stood.get(key) !== rebuilt.get(key));
  const named = different
    .slice(0, NAMED_MAX)
    .map((key) => `${key}: ${stood.get(key) ?? "not there"}; rebuilt: ${rebuilt.get(key) ?? "not there"}`);
  return different.length === 0
    ? []
    : [`${different.length} of ${keys.length} documents differ from what is rebuilt: ${named.join(" | ")}`];
}

async function checkReleases({ calls, book }: Stage): Promise<string[]> {
  const violations: string[] = [];
  for (const { id, status, editions } of book.releases.values()) {
    const outcome = await calls.call<{ status: string; edition: number }>("GET", `/api/v1/releases/${id}`);
    const found =
      outcome.kind === "answered"
        ? `${outcome.answer.status} ${outcome.answer.edition}`
        : `${outcome.kind === "refused" ? outcome.status : outcome.why}`;
    const wanted = { none: "404", killed: "410" }[status as string] ?? `${status} ${editions.length}`;
    if (found !== wanted) violations.push(`release ${id} is shown as ${found} and not as ${wanted}`);
  }
  return violations;
}
