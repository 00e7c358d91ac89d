import { describe, expect, it } from "vitest";
import {
  act,
  ADMIN,
  inNewsroom,
  kvBody,
  newsroomLater,
  type ProblemJson,
  publish,
  put,
  release,
  request,
  send,
  settled,
} from "../../support/service.ts";

type Body = Record<string, unknown> & { id: string };

let count = 0;

/** Public translations of one text, English first. */
async function translations(...langs: string[]): Promise<Body[]> {
  count += 1;
  const group = `group-${count}`;
  const texts = ["en", ...langs].map((lang) => release({ group, lang, slug: `${group}-${lang}` }));
  for (const text of texts) await publish(text);
  return texts;
}

const view = async (id: string): Promise<Record<string, unknown>> =>
  (await request(`/api/v1/releases/${id}`, { headers: ADMIN })).json();
const isStale = async (id: string) => (await view(id))["stale"] ?? false;
const correct = (body: Body, note: string, fields: Record<string, unknown> = {}) =>
  publish({ ...body, body: `${note}.`, change: "major", note, ...fields });

async function issuesOf(response: Response): Promise<ProblemJson["errors"]> {
  expect(response.ok).toBe(false);
  return (await response.json<ProblemJson>()).errors;
}

const eventCount = () => inNewsroom(async (newsroom) => (await newsroom.health()).sequence);

describe("a translation that is behind a corrected one", () => {
  it("says so until a major edition of its own, but not until a minor one", async () => {
    const [en, ru] = (await translations("ru")) as [Body, Body];
    await publish({ ...en, body: "A typo.", change: "minor", reallyMinor: true });
    expect(await isStale(ru.id)).toBe(false);
    await correct(en, "The place");
    await newsroomLater(2);
    const path = `/ru/releases/${ru["slug"] as string}`;
    expect(await view(ru.id)).toMatchObject({
      stale: true,
      behind: {
        id: en.id,
        lang: "en",
        edition: 3,
        url: `https://press.example/en/releases/${en["slug"] as string}`,
      },
    });
    expect(await kvBody(path)).toContain("Перевод этого текста исправлен");
    const stranger = await request(`/api/v1/releases/${ru.id}`);
    expect(await stranger.json()).not.toHaveProperty("behind");
    expect(await isStale(en.id)).toBe(false);

    const minor = { ...ru, body: "Опечатка.", change: "minor", reallyMinor: true };
    expect(await publish(minor)).toMatchObject({ behind: { id: en.id, edition: 3 } });
    expect(await isStale(ru.id)).toBe(true);

    expect(await correct(ru, "Место")).not.toHaveProperty("behind");
    expect(await isStale(ru.id)).toBe(false);
    // An edition that catches up puts no other translation behind.
    expect(await isStale(en.id)).toBe(false);
  });

  it("follows as it is, without an edition or an event", async () => {
    const [en, ru] = (await translations("ru")) as [Body, Body];
    await correct(en, "The place");
    await settled();
    const before = await eventCount();
    const answer = await publish({ ...ru, follows: 2 });
    expect(answer).toMatchObject({ edition: 1, changed: true, follows: 2 });
    expect(answer).not.toHaveProperty("behind");
    await newsroomLater(2);
    expect(await isStale(ru.id)).toBe(false);
    expect(await kvBody(`/ru/releases/${ru["slug"] as string}`)).not.toContain(
      "Перевод этого текста исправлен",
    );
    expect(await eventCount()).toBe(before);
    // The line that stays in the file has no further effect.
    expect(await publish({ ...ru, follows: 2 })).toMatchObject({ changed: false });
    await correct(en, "The day");
    expect(await publish({ ...ru, follows: 2 })).toMatchObject({ changed: false, behind: { edition: 3 } });
    expect(await isStale(ru.id)).toBe(true);
  });

  it("follows with a minor edition that says so, which puts no other one behind", async () => {
    const [en, ru, hy] = (await translations("ru", "hy")) as [Body, Body, Body];
    await correct(en, "The place");
    await publish({ ...ru, body: "Место.", change: "minor", reallyMinor: true, follows: 2 });
    expect(await isStale(ru.id)).toBe(false);
    await correct(hy, "Տեղը", { follows: 2 });
    expect([await isStale(en.id), await isStale(ru.id), await isStale(hy.id)]).toEqual([false, false, false]);
  });

  it("follows what is corrected in the same batch, in any order", async () => {
    const [en, ru] = (await translations("ru")) as [Body, Body];
    const batch = [
      { ...ru, body: "Место.", change: "major", note: "Место", follows: 2 },
      { ...en, body: "The place.", change: "major", note: "The place" },
    ];
    const answer = await send("POST", "/api/v1/releases", { releases: batch });
    expect(answer.status).toBe(200);
    const { data } = await answer.json<{ data: { id: string }[] }>();
    expect(data.map(({ id }) => id)).toEqual([ru.id, en.id]);
    expect([await isStale(en.id), await isStale(ru.id)]).toEqual([false, false]);
  });

  it("is told which number to write, and that one is left over", async () => {
    const [en, ru] = (await translations("ru")) as [Body, Body];
    const changed = { ...ru, body: "Опечатка.", change: "minor", reallyMinor: true, follows: 2 };
    expect(await issuesOf(await put(changed))).toEqual([
      { path: "/follows", message: expect.stringContaining("behind no corrected translation") },
    ]);
    await correct(en, "The place");
    await correct(en, "The day");
    expect(await issuesOf(await put({ ...ru, follows: 2 }))).toEqual([
      {
        path: "/follows",
        message: `must be 3: the corrected translation that this release is behind, ${en.id}, is at that edition`,
      },
    ]);
    await publish({ ...ru, follows: 3 });
    expect(await issuesOf(await put({ ...changed, follows: 3 }))).toEqual([
      { path: "/follows", message: "is left over from an earlier edition; remove it" },
    ]);
    for (const follows of [0, 1.5, "2"]) {
      expect((await put({ ...ru, follows })).status).toBe(422);
    }
  });

  it("is behind no more when the corrected one is killed or leaves the group", async () => {
    const [en, ru] = (await translations("ru")) as [Body, Body];
    await correct(en, "The place");
    await act("kill", en.id);
    expect(await isStale(ru.id)).toBe(false);
    const [other, hy] = (await translations("hy")) as [Body, Body];
    await correct(other, "The place");
    expect(await isStale(hy.id)).toBe(true);
    await publish({ ...other, body: "The place.", group: "elsewhere", change: "minor", reallyMinor: true });
    expect(await isStale(hy.id)).toBe(false);
  });
});

describe("a note left over from the edition before", () => {
  it("is refused with a changed text, so that nobody is notified twice", async () => {
    const text = release();
    await publish(text);
    const second = { ...text, body: "Corrected.", change: "major", note: "The date" };
    await publish(second);
    expect(await publish(second)).toMatchObject({ changed: false });
    for (const change of ["major", "minor"]) {
      expect(await issuesOf(await put({ ...second, body: "A letter.", change }))).toEqual([
        { path: "/note", message: expect.stringContaining("is the note of edition 2, left over") },
      ]);
    }
    await publish({ ...second, body: "A letter.", change: "minor", reallyMinor: true, note: undefined });
  });
});

describe("the releases of a group", () => {
  it("are of different languages: a second one is refused, with the name of the first", async () => {
    const [en, ru] = (await translations("ru")) as [Body, Body];
    const copy = release({ group: en["group"] });
    const answer = await put(copy);
    expect(answer.status).toBe(409);
    const [issue] = (await issuesOf(answer)) ?? [];
    expect(issue?.path).toBe("/group");
    expect(issue?.message).toContain(
      `has another release in en, ${en.id} (https://press.example/en/releases/`,
    );

    const both = [release({ group: "twice" }), release({ group: "twice" })];
    const batch = await send("POST", "/api/v1/releases", { releases: both });
    expect(batch.status).toBe(409);
    expect((await issuesOf(batch))?.map(({ path }) => path)).toEqual([
      "/releases/0/group",
      "/releases/1/group",
    ]);

    // Killed, it gives its place to another one, and cannot come back to it.
    await act("kill", en.id);
    await publish(copy);
    const back = await act("reinstate", en.id);
    expect(back.status).toBe(409);
    expect((await back.json<ProblemJson>()).detail).toContain(copy.id);
    expect((await act("kill", ru.id)).status).toBe(200);
    expect((await act("reinstate", ru.id)).status).toBe(200);
  });

  it("may change places within one batch", async () => {
    const [en] = (await translations()) as [Body];
    const batch = [release({ group: en["group"] }), { ...en, lang: "fr", change: "minor" }];
    expect((await send("POST", "/api/v1/releases", { releases: batch })).status).toBe(200);
  });

  it("show which of them is withdrawn", async () => {
    const [en, ru] = (await translations("ru")) as [Body, Body];
    await newsroomLater(2);
    const path = `/en/releases/${en["slug"] as string}`;
    expect(await kvBody(path)).not.toContain("Withdrawn");
    expect((await view(en.id))["translations"]).toEqual([
      { lang: "ru", id: ru.id, url: `https://press.example/ru/releases/${ru["slug"] as string}` },
    ]);
    await act("withdraw", ru.id);
    await newsroomLater(2);
    expect(await kvBody(path)).toMatch(/Withdrawn in another language: <a [^>]*>Русский<\/a>/);
    expect((await view(en.id))["translations"]).toMatchObject([{ lang: "ru", status: "withdrawn" }]);
  });
});
