import { describe, expect, it } from "vitest";
import {
  type Answer,
  ADMIN,
  kvBody,
  ledgerRows,
  newsroomLater,
  type ProblemJson,
  publish,
  put,
  release,
  request,
  send,
  settled,
} from "../../support/service.ts";
import { subscribe } from "../../support/subscriptions.ts";

describe("the ledger", () => {
  it("answers 201 to a first edition, and 200 with the number as ETag to a further one", async () => {
    const first = release();
    const created = await put(first);
    expect(created.status).toBe(201);
    expect(created.headers.get("location")).toBe(`/api/v1/releases/${first.id}`);
    const answer = await created.json<Answer>();
    expect(answer).toMatchObject({ id: first.id, edition: 1, status: "published", changed: true });
    expect(answer.url).toBe(`https://press.example/en/releases/${String(first["slug"])}`);

    const second = await put({
      ...first,
      title: "The session was held on Tuesday",
      change: "major",
      note: "The day",
    });
    expect(second.status).toBe(200);
    expect(second.headers.get("etag")).toBe('"2"');
    expect(await second.json<Answer>()).toMatchObject({ edition: 2, changed: true });
  });

  it("says of a major edition how many subscriptions it notifies, also in a dry run", async () => {
    const topics = [`counted-${crypto.randomUUID().slice(0, 8)}`];
    const registry = { topics: topics.map((slug) => ({ slug, names: { en: slug } })) };
    expect((await send("PUT", "/api/v1/registry", registry, ADMIN)).status).toBe(200);
    const text = release({ topics });
    await publish(text);
    await subscribe({ filter: { topic: topics[0] } });
    await subscribe({ filter: { topic: topics[0], lang: "hy" } });
    await subscribe({ filter: { topic: topics[0] }, events: ["release.published"] });
    const major = { ...text, title: "Later", change: "major", note: "The title" };
    const dry = await send("PUT", `/api/v1/releases/${text.id}?dryRun=true`, major, ADMIN);
    expect(await dry.json()).toMatchObject({ edition: 2, notified: 1 });
    expect(await publish(major)).toMatchObject({ edition: 2, notified: 1 });
    expect(await publish({ ...text, title: "Typo", change: "minor", reallyMinor: true })).not.toHaveProperty(
      "notified",
    );
  });

  it("changes nothing and appends no event when the same content is published again", async () => {
    const text = release({ change: "minor", note: "As before" });
    const before = await publish(text);
    const again = await put(text);
    expect(again.status).toBe(200);
    expect(await again.json<Answer>()).toEqual({ ...before, changed: false });
    // Leaving out the note makes no new edition.
    const { note: _note, change: _change, ...plain } = text;
    expect(await publish({ ...plain, id: text.id })).toMatchObject({ edition: 1, changed: false });
  });

  it("loses nothing and leaves no gap in two hundred publishes at once", async () => {
    const [{ last }] = (await ledgerRows<{ last: number }>(
      "SELECT ifnull(max(sequence), 0) AS last FROM events",
    )) as [{ last: number }];
    const day = "2019-05-05";
    const texts = Array.from({ length: 200 }, (_, index) => release({ title: `Text ${index}`, date: day }));
    const answers = await Promise.all(texts.map((text) => publish(text)));
    const sequences = answers.map(({ sequence }) => sequence ?? 0).sort((a, b) => a - b);
    expect(sequences).toEqual(Array.from({ length: 200 }, (_, index) => last + 1 + index));

    const rows = await ledgerRows<{ published: number }>(
      "SELECT published FROM releases WHERE published BETWEEN 1557000000 - 86400 AND 1557000000 + 172800 ORDER BY published",
    );
    const noon = Date.UTC(2019, 4, 5, 8) / 1000; // Asia/Yerevan is UTC+4
    expect(rows.map(({ published }) => published)).toEqual(
      Array.from({ length: 200 }, (_, index) => noon + index),
    );
  });

  it("never changes the instant of a date without a time, even if the date is corrected", async () => {
    const text = release({ date: "2018-03-03" });
    await publish(text);
    await publish(release({ date: "2018-03-03" }));
    await publish({ ...text, date: "2018-03-04", change: "major", note: "The day was the 4th" });
    await settled();
    const shown = await (await request(`/api/v1/releases/${text.id}`)).json<Record<string, string>>();
    expect(shown).toMatchObject({
      date: "2018-03-04",
      datePrecision: "day",
      published: "2018-03-03T08:00:00Z",
      note: "The day was the 4th",
    });
    expect(shown["updated"]! > "2026").toBe(true);
  });

  it("gives the second release with the same instant the next second", async () => {
    const date = "2017-01-01T10:00:00+04:00";
    const [one, two] = [release({ date }), release({ date })];
    await publish(one);
    await publish(two);
    await settled();
    const published = await Promise.all(
      [one, two].map(
        async ({ id }) =>
          (await (await request(`/api/v1/releases/${id}`)).json<{ published: string }>()).published,
      ),
    );
    expect(published).toEqual(["2017-01-01T06:00:00Z", "2017-01-01T06:00:01Z"]);
  });

  it("takes all of a batch or none of it", async () => {
    const [good, bad] = [release(), release({ lang: "xx" })];
    const before = await ledgerRows("SELECT * FROM releases");
    const refused = await send("POST", "/api/v1/releases", { releases: [good, bad] });
    expect(refused.status).toBe(422);
    expect((await refused.json<ProblemJson>()).errors).toEqual([
      { path: "/releases/1/lang", message: expect.stringContaining("en, hy, ru, fr") },
    ]);
    expect(await ledgerRows("SELECT * FROM releases")).toEqual(before);

    const accepted = await send("POST", "/api/v1/releases", { releases: [good, release()] });
    const { data } = await accepted.json<{ data: Answer[] }>();
    expect(data.map(({ edition, changed }) => [edition, changed])).toEqual([
      [1, true],
      [1, true],
    ]);
    expect(data[1]!.sequence).toBe(data[0]!.sequence! + 1);
  });

  it("refuses a batch that has the same release twice", async () => {
    const text = release();
    const refused = await send("POST", "/api/v1/releases", { releases: [text, text] });
    expect(refused.status).toBe(422);
    expect((await refused.json<ProblemJson>()).errors).toEqual([
      { path: "/releases/1/id", message: "is also the id of /releases/0" },
    ]);
  });

  it("answers a dry run like a publish, and stores nothing", async () => {
    const text = release();
    const dry = await send("POST", "/api/v1/releases?dryRun=true", { releases: [text] });
    expect(await dry.json<{ data: Answer[] }>()).toMatchObject({ data: [{ edition: 1, changed: true }] });
    expect(await ledgerRows(`SELECT * FROM releases WHERE id = '${text.id}'`)).toEqual([]);
    expect((await put(text)).status).toBe(201);
  });

  it.each(["?dryRun=1", "?dryRun", "?dryRun=True", "?dryrun=true", "?dryRun=false&dryRun=true"])(
    "publishes nothing if the query looks like a dry run: %s",
    async (query) => {
      const text = release();
      const response = await send("PUT", `/api/v1/releases/${text.id}${query}`, text);
      expect(response.status).toBe(422);
      expect(await ledgerRows(`SELECT * FROM releases WHERE id = '${text.id}'`)).toEqual([]);
    },
  );

  it("makes no edition if only the note differs", async () => {
    const text = release();
    await publish(text);
    expect(await publish({ ...text, change: "major", note: "Nothing" })).toMatchObject({
      edition: 1,
      changed: false,
    });
  });

  it("reports all issues of a batch at once, in order", async () => {
    const existing = release();
    await publish(existing);
    const refused = await send("POST", "/api/v1/releases", {
      releases: [
        release(),
        release({ lang: "xx" }),
        5,
        release({ body: "<script>x</script>" }),
        release({ slug: existing["slug"] }),
        release({ title: "" }),
      ],
    });
    expect(refused.status).toBe(409);
    expect((await refused.json<ProblemJson>()).errors?.map(({ path }) => path)).toEqual([
      "/releases/1/lang",
      "/releases/2",
      "/releases/3/body",
      "/releases/4/slug",
      "/releases/5/title",
    ]);
  });

  it("refuses an outdated If-Match, and answers the current edition", async () => {
    const text = release();
    await publish(text);
    const results = await Promise.all(
      ["One", "Two"].map((title) =>
        put({ ...text, title, change: "minor", reallyMinor: true }, { "if-match": '"1"' }),
      ),
    );
    expect(results.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 412]);
    const loser = results.find(({ status }) => status === 412)!;
    expect(loser.headers.get("etag")).toBe('"2"');
    expect((await loser.json<ProblemJson>()).detail).toContain("current edition is 2");
    expect((await put(release(), { "if-match": '"1"' })).status).toBe(412);
    expect((await put(release(), { "if-match": '"0"' })).status).toBe(201);
    expect((await put(text, { "if-match": "1" })).status).toBe(400);
  });

  it("requires the kind of change of a public release, and a note for a major one", async () => {
    const text = release();
    await publish(text);
    const silent = await put({ ...text, title: "Another" });
    expect(silent.status).toBe(422);
    expect((await silent.json<ProblemJson>()).errors).toEqual([
      { path: "/change", message: expect.stringContaining("minor") },
    ]);
    const noteless = await put({ ...text, title: "Another", change: "major" });
    expect((await noteless.json<ProblemJson>()).errors).toMatchObject([{ path: "/note" }]);
    await settled();
    expect(await (await request(`/api/v1/releases/${text.id}`)).json()).toMatchObject({ edition: 1 });
  });

  it("changes `updated` only for a major change, and appends an event for each change", async () => {
    const text = release();
    await publish(text);
    const at = Math.floor((await newsroomLater(3_600)) / 1000);
    await publish({ ...text, body: "A typo mended.", change: "minor", reallyMinor: true });
    await settled();
    const revised = await (
      await request(`/api/v1/releases/${text.id}`)
    ).json<{ published: string; updated: string }>();
    expect(revised.updated).toBe(revised.published);
    await publish({ ...text, body: "A mistake mended.", change: "major", note: "Who spoke" });
    await publish({ ...text, body: "Another one.", change: "major", note: "And when" });
    const events = await ledgerRows<{ type: string; details: string }>(
      `SELECT type, details FROM events WHERE release = '${text.id}' ORDER BY sequence`,
    );
    expect(events.map(({ type }) => type)).toEqual([
      "release.published",
      "release.revised",
      "release.corrected",
      "release.corrected",
    ]);
    const details = events.map((event) => JSON.parse(event.details) as { updated: number; change: unknown });
    expect(details[2]).toMatchObject({
      updated: at,
      change: { kind: "major", note: "Who spoke", previous: 2, fields: ["body"] },
    });
    // Two corrections within a second have different instants.
    expect(details[3]!.updated).toBe(at + 1);
  });

  it("refuses a slug that another release has", async () => {
    const text = release();
    await publish(text);
    const refused = await put(release({ slug: text["slug"] }));
    expect(refused.status).toBe(409);
    expect((await refused.json<ProblemJson>()).errors).toEqual([
      { path: "/slug", message: `is already the slug of release ${text.id} in this language` },
    ]);
    expect((await put(release({ slug: text["slug"], lang: "hy" }))).status).toBe(201);
  });

  it("redirects the old address when the slug changes", async () => {
    const text = release();
    await publish(text);
    await settled();
    await newsroomLater(5); // KV takes one write of a key per second
    await publish({ ...text, slug: `${String(text["slug"])}-moved`, change: "minor" });
    await settled();
    const left = await request(`/en/releases/${String(text["slug"])}`);
    expect([left.status, left.headers.get("location")]).toEqual([
      301,
      `/en/releases/${String(text["slug"])}-moved`,
    ]);
    expect(await kvBody(`/en/releases/${String(text["slug"])}-moved`)).toContain("The session was held");
    const jump = await request(`/r/${text.id}`);
    expect([jump.status, jump.headers.get("location")]).toEqual([
      302,
      `https://press.example/en/releases/${String(text["slug"])}-moved`,
    ]);
  });

  it("treats the same id in another case as the same release", async () => {
    const text = release();
    await publish(text);
    const again = await send("PUT", `/api/v1/releases/${text.id.toUpperCase()}`, { ...text, id: undefined });
    expect(await again.json<Answer>()).toMatchObject({ id: text.id, changed: false });
  });

  it("checks the admin token before anything else", async () => {
    const body = JSON.stringify(release());
    for (const authorization of [
      undefined,
      "Bearer wrong",
      "Basic dGVzdA==",
      "Bearer ",
      ADMIN.authorization.toUpperCase(),
    ]) {
      const response = await request(`/api/v1/releases/${crypto.randomUUID()}`, {
        method: "PUT",
        headers: { "content-type": "application/json", ...(authorization ? { authorization } : {}) },
        body,
      });
      expect(response.status).toBe(401);
      expect(response.headers.get("www-authenticate")).toContain("Bearer");
    }
  });
});
