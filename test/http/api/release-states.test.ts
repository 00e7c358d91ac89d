import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { contentJson } from "../../../src/domain/edition-content.ts";
import { releaseInput } from "../../../src/domain/release.ts";
import {
  act,
  ADMIN,
  inNewsroom,
  type ProblemJson,
  publish,
  put,
  release,
  request,
} from "../../support/service.ts";

type Body = Record<string, unknown> & { id: string };
interface States {
  data: { id: string; hash: string }[];
  next: string | null;
}

const hashOf = (body: Body) =>
  createHash("sha256")
    .update(contentJson(releaseInput.parse(body)))
    .digest("hex");

async function states(after = ""): Promise<States> {
  return (await request(`/api/v1/releases/states?after=${after}`, { headers: ADMIN })).json();
}

describe("GET /releases/states", () => {
  it("gives the admin the state of every release, by id, with the hash of its content", async () => {
    const [open, kept, gone] = [
      release({ image: { credit: "Office", alt: "A hall", url: "https://press.example/a.png" } }),
      release({ embargo: "2999-01-01T00:00:00.5Z" }),
      release(),
    ] as [Body, Body, Body];
    for (const body of [open, kept, gone]) await publish(body);
    await act("kill", gone.id);
    const { data, next } = await states();
    expect(next).toBeNull();
    expect(data.map(({ id }) => id)).toEqual([open.id, kept.id, gone.id].sort());
    expect(data.find(({ id }) => id === open.id)).toEqual({
      id: open.id,
      status: "published",
      edition: 1,
      url: `https://press.example/en/releases/${open["slug"] as string}`,
      hash: hashOf(open),
    });
    expect(data.find(({ id }) => id === kept.id)).toMatchObject({
      status: "embargoed",
      embargo: "2999-01-01T00:00:01Z",
      hash: hashOf(kept),
    });
    const changed = { ...open, body: "Another text." };
    await publish({ ...changed, change: "minor", reallyMinor: true });
    expect((await states()).data.find(({ id }) => id === open.id)).toMatchObject({
      edition: 2,
      hash: hashOf(changed),
    });
    expect((await request("/api/v1/releases/states")).status).toBe(401);
  });

  it("comes in pages of some thousand", async () => {
    const last = "ffffffff-ffff-4fff-bfff-";
    await inNewsroom((_instance, { storage: { sql } }) =>
      sql.exec(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)
         INSERT INTO releases (id, lang, slug, "group", status, edition, hash, bytes)
         SELECT printf('${last}%012d', i), 'en', printf('s%d', i), printf('${last}%012d', i), 'killed', 1, printf('%064d', i), 1 FROM n`,
      ),
    );
    const first = await states(last);
    const second = await states(first.next ?? "");
    expect([first.data.length, second.data.length, second.next]).toEqual([2_000, 500, null]);
  });
});

describe("a fault of the text", () => {
  it("has its line, from 1", async () => {
    const body = `Text.\n\n${">".repeat(100)} Deep.`;
    const answer = await put(release({ body }));
    expect(answer.status).toBe(422);
    expect((await answer.json<ProblemJson>()).errors).toEqual([
      { path: "/body", message: "is nested too deeply; split quotes and lists", line: 3 },
    ]);
  });
});
