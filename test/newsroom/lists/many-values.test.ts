/**
 * A ledger whose releases have thousands of values: what a publish renders stays bounded.
 */
import { beforeAll, expect, it } from "vitest";

import {
  ADMIN,
  kvBody,
  ledgerRows,
  newsroomLater,
  publish,
  release,
  request,
  settled,
} from "../../support/service.ts";

const PEOPLE = 1_200;

beforeAll(async () => {
  await publish(release({ people: ["ara-aivazian"] }));
  await request("/en/people");
  await newsroomLater(2);
  for (let start = 0; start < PEOPLE; start += 300) {
    const rows = Array.from(
      { length: 300 },
      (_, index) => `('en', 'person', 'person-${start + index}', ${1 + index})`,
    );
    await ledgerRows(`INSERT INTO filing_counts (lang, field, value, count) VALUES ${rows.join(", ")}`);
  }
});

it("renders its indexes later than its releases, and once for a burst", async () => {
  await publish(release({ people: ["ara-aivazian"] }));
  await publish(release({ people: ["ara-aivazian"] }));
  const rows = await ledgerRows<{ target: string; due_ms: number; version: number }>(
    "SELECT target, due_ms, version FROM stale_targets WHERE target IN ('facet:en/people', 'directory:')",
  );
  expect(rows).toHaveLength(2);
  for (const { due_ms } of rows) expect(due_ms).toBeGreaterThan(Date.now() + 60_000);
  // Nobody waits for them, a minute later neither.
  await settled();
  await newsroomLater(60);
  const { waiting } = await (await request("/healthz", { headers: ADMIN })).json<{ waiting: number }>();
  expect(waiting).toBe(0);
});

it("names the values with most releases in the directory, and links the index of all", async () => {
  await newsroomLater(120);
  const html = (await kvBody("/feeds")) ?? "";
  expect(html.match(/href="\/en\/people\/[^"/]+"/g)).toHaveLength(100);
  expect(html).toContain('<caption><a href="/en/people">');
  expect(html).toContain("person-299<");
  expect(html).not.toContain("person-0<");
  const index = await kvBody("/en/people");
  expect(index?.match(/href="\/en\/people\/[^"/]+"/g)?.length).toBeGreaterThan(PEOPLE);
});

it("reads only the values with most releases for the filters of a list", async () => {
  const [plan] = await ledgerRows<{ detail: string }>(
    `EXPLAIN QUERY PLAN SELECT value, count FROM filing_counts WHERE lang = 'en' AND field = 'person' AND count > 0
     ORDER BY count DESC, value LIMIT 40`,
  );
  expect(plan?.detail).toContain("filing_counts_by_use");
});
