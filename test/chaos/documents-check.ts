/**
 * Compares the documents in KV with the ledger: reads every key, value and metadata; empties KV; rebuilds it
 * from the ledger; and compares. Also compares the public status of each release with the expected state.
 */
import { pollUntil } from "./poll-until.ts";
import type { Environment } from "./environment.ts";

/** Key, SHA-256 of the value, metadata. */
type StoredDocument = [string, string, unknown];

const REBUILT_WITHIN_MS = 120_000;
const LISTED_MAX = 5;

/** Call this when no document waits to be rendered. @returns descriptions of the violations */
export async function checkDocuments(environment: Environment): Promise<string[]> {
  const { calls } = environment;
  const releases = await checkReleases(environment);
  const before = await calls.answer<StoredDocument[]>("GET", "/chaos/documents");
  await calls.answer("DELETE", "/chaos/documents");
  await calls.answer("POST", "/api/v1/rebuild", calls.adminToken);
  await pollUntil("KV is rebuilt", REBUILT_WITHIN_MS, async () => {
    const { waiting } = await calls.answer<{ waiting: number }>("GET", "/healthz", calls.adminToken);
    return waiting === 0 ? true : undefined;
  });
  const after = await calls.answer<StoredDocument[]>("GET", "/chaos/documents");
  return [...releases, ...differences(before, after)];
}

function differences(before: readonly StoredDocument[], after: readonly StoredDocument[]): string[] {
  const rebuilt = new Map(after.map(([key, ...rest]) => [key, JSON.stringify(rest)]));
  const original = new Map(before.map(([key, ...rest]) => [key, JSON.stringify(rest)]));
  const keys = [...new Set([...original.keys(), ...rebuilt.keys()])];
  const different = keys.filter((key) => original.get(key) !== rebuilt.get(key));
  const listed = different
    .slice(0, LISTED_MAX)
    .map((key) => `${key}: ${original.get(key) ?? "missing"}; rebuilt: ${rebuilt.get(key) ?? "missing"}`);
  return different.length === 0
    ? []
    : [`${different.length} of ${keys.length} documents differ from the rebuilt ones: ${listed.join(" | ")}`];
}

async function checkReleases({ calls, expectedState }: Environment): Promise<string[]> {
  const violations: string[] = [];
  for (const { id, status, editions } of expectedState.releases.values()) {
    const outcome = await calls.call<{ status: string; edition: number }>("GET", `/api/v1/releases/${id}`);
    const found =
      outcome.kind === "answered"
        ? `${outcome.answer.status} ${outcome.answer.edition}`
        : `${outcome.kind === "refused" ? outcome.status : outcome.why}`;
    const wanted = { none: "404", killed: "410" }[status as string] ?? `${status} ${editions.length}`;
    if (found !== wanted) violations.push(`release ${id} is ${found}; expected: ${wanted}`);
  }
  return violations;
}
