import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import {
  act,
  ADMIN,
  type Answer,
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
  subscriberIdle,
  subscriberLater,
} from "../../support/service.ts";
import { arrivals, deliveries, endpoint, subscribe } from "../../support/subscriptions.ts";

/** The JSON in KV, without the cache of an isolate. */
const view = async (id: string) =>
  JSON.parse((await kvBody(`/api/v1/releases/${id}`)) ?? "{}") as Record<string, unknown>;
const LISTS = [
  "/",
  "/en",
  "/feed.rss",
  "/feed.atom",
  "/feed.json",
  "/en/feed.rss",
  "/en/feed.atom",
  "/en/feed.json",
];

/** A public release whose documents can be written again. */
async function published(
  fields: Record<string, unknown> = {},
): Promise<ReturnType<typeof release> & { path: string }> {
  const text = release({ title: "The Bucharest accord", body: "Signed in Bucharest.", ...fields });
  await publish(text);
  await settled();
  await newsroomLater(2);
  return { ...text, path: `/en/releases/${String(text["slug"])}` };
}

describe("a withdrawn release", () => {
  it("stays readable everywhere, under a banner with the reason", async () => {
    const text = await published();
    const response = await act("withdraw", text.id);
    expect(response.status).toBe(200);
    expect(await response.json<Answer>()).toMatchObject({
      id: text.id,
      edition: 1,
      status: "withdrawn",
      changed: true,
    });
    await settled();
    expect(await kvBody(text.path)).toMatch(
      /This text has been withdrawn\.<\/strong> <time [^>]*>[^<]*<\/time>\. Reason: <bdi>The date was wrong/,
    );
    expect(await kvBody(text.path)).toContain("Signed in Bucharest.");
    for (const path of LISTS) expect(await kvBody(path)).toContain("The date was wrong");
    for (const path of LISTS.slice(2))
      expect(await kvBody(path)).toContain("Withdrawn: The Bucharest accord");
    const shown = await view(text.id);
    expect(shown).toMatchObject({ status: "withdrawn", reason: "The date was wrong" });
    expect(String(shown["updated"]) > String(shown["published"])).toBe(true);
    expect((await request(text.path)).status).toBe(200);
  });

  it("does not change when it is withdrawn again for the same reason", async () => {
    const text = await published();
    const first = await (await act("withdraw", text.id)).json<Answer>();
    expect(await (await act("withdraw", text.id)).json<Answer>()).toEqual({ ...first, changed: false });
    expect(await (await act("withdraw", text.id, "For another reason")).json<Answer>()).toMatchObject({
      changed: true,
    });
  });

  it("takes no edition until it is reinstated", async () => {
    const text = await published();
    const { path: _path, ...body } = text;
    await act("withdraw", text.id);
    expect((await put({ ...body, title: "Another", change: "minor", reallyMinor: true })).status).toBe(409);
    expect(await publish(body)).toMatchObject({ status: "withdrawn", changed: false });
    expect(await (await act("reinstate", text.id, "It was right")).json<Answer>()).toMatchObject({
      status: "published",
      changed: true,
    });
    await newsroomLater(2);
    expect(await view(text.id)).not.toHaveProperty("reason");
    expect(await kvBody(text.path)).not.toContain("withdrawn");
    for (const path of LISTS)
      expect(
        (await kvBody(path))?.includes(
          "Withdrawn: The Bucharest accord</title>\n            <link>" + text.path,
        ),
      ).toBe(false);
    expect(await publish({ ...body, title: "Another", change: "minor", reallyMinor: true })).toMatchObject({
      edition: 2,
    });
  });
});

describe("a killed release", () => {
  it("leaves only its id, its dates and the reason", async () => {
    const text = await published({ slug: "bucharest-accord", topics: ["bucharest"] });
    const { path: _path, ...body } = text;
    await publish({ ...body, body: "Signed in Bucharest, twice.", change: "minor", reallyMinor: true });
    await publish({
      ...body,
      slug: "bucharest-moved",
      body: "Signed in Bucharest, twice.",
      change: "minor",
      reallyMinor: true,
    });
    await newsroomLater(2);
    expect(await (await act("kill", text.id, "It was never true")).json<Answer>()).toMatchObject({
      status: "killed",
    });
    await newsroomLater(2);

    const { keys } = await env.DOCUMENTS.list();
    for (const { name } of keys) {
      // A tombstone has the id, the date and the reason, beside other releases of this feed.
      const body = (await env.DOCUMENTS.get(name))
        ?.replaceAll(/<at:deleted-entry[\s\S]*?<\/at:deleted-entry>/g, "")
        .replaceAll(/<item>(?:(?!<item>)[\s\S])*<title>Removed:[\s\S]*?<\/item>/g, "")
        .replaceAll(/\{\s*"id":[^{}]*"_communique": \{\s*"removed": true[^}]*\}\s*\}/g, "");
      expect([
        name,
        /bucharest/i.test(body ?? "") && !name.includes(text.id) && body?.includes(text.id),
      ]).toEqual([name, false]);
    }
    const page = await request("/en/releases/bucharest-moved");
    expect(page.status).toBe(410);
    expect(await page.text()).toContain("Reason: It was never true");
    const left = await request("/en/releases/bucharest-accord");
    expect([left.status, left.headers.get("location")]).toEqual([301, "/en/releases/bucharest-moved"]);
    for (const path of [
      `/r/${text.id}`,
      `/api/v1/releases/${text.id}`,
      `/api/v1/releases/${text.id}/editions`,
      `/api/v1/releases/${text.id}/editions/1`,
      `/api/v1/releases/${text.id}/editions/1/diff/2`,
    ]) {
      const response = await request(path);
      expect([path, response.status]).toEqual([path, 410]);
      expect(/bucharest/i.test(await response.text())).toBe(false);
    }
    expect(await view(text.id)).toMatchObject({
      id: text.id,
      status: "killed",
      reason: "It was never true",
      title: "",
      url: `https://press.example/r/${text.id}`,
      published: expect.any(String),
    });
    const events = await (
      await request("/api/v1/events?limit=100")
    ).json<{ data: { data: { release: { id: string } } }[] }>();
    const itsEvents = JSON.stringify(events.data.filter(({ data }) => data.release.id === text.id));
    expect(itsEvents).toContain("release.killed");
    expect(/bucharest/i.test(itsEvents)).toBe(false);
    const found = await (await request("/api/v1/releases?q=twice")).json<{ data: { id: string }[] }>();
    expect(found.data.map(({ id }) => id)).not.toContain(text.id);
  });

  it("leaves nothing of any of its fields", async () => {
    const group = `all-${crypto.randomUUID()}`;
    const other = release({ lang: "ru", group });
    await publish(other);
    const url = "https://files.example/secret";
    const text = release({
      group,
      topics: ["secret-topic"],
      people: ["secret-person"],
      organisations: ["secret-organisation"],
      places: ["secret-place"],
      source: `${url}-source`,
      image: { url: `${url}.jpg`, alt: "secret alt", credit: "secret credit", caption: "secret caption" },
      attachments: [{ url: `${url}.pdf`, type: "application/pdf", title: "secret title", size: 1 }],
    });
    await publish(text);
    await publish({ ...text, title: "secret", change: "major", note: "secret note" });
    await act("kill", text.id, "It was never true");
    await newsroomLater(2);
    expect(await view(text.id)).toEqual({
      id: text.id,
      // A killed release has left its group.
      group: text.id,
      lang: "en",
      type: text["type"],
      title: "",
      summary: "",
      url: `https://press.example/r/${text.id}`,
      edition: 2,
      status: "killed",
      date: text["date"],
      datePrecision: "day",
      published: expect.any(String),
      updated: expect.any(String),
      topics: [],
      people: [],
      organisations: [],
      places: [],
      names: { types: {}, topics: {}, people: {}, organisations: {}, places: {} },
      translations: [],
      content: { html: "", text: "" },
      reason: "It was never true",
      attachments: [],
    });
    const { data } = await (
      await request("/api/v1/events?limit=100")
    ).json<{ data: { data: { release: { id: string } } }[] }>();
    const own = data.filter((event) => event.data.release.id === text.id);
    expect(own.length).toBeGreaterThan(0);
    expect(JSON.stringify(own)).not.toContain("secret");
    const sibling = await view(other.id);
    expect(sibling["translations"]).toEqual([]);
  });

  it("keeps its values in the registry, because it can come back", async () => {
    const topics = ["kept-for-a-killed-text"];
    const text = release({ topics });
    await publish(text);
    await act("kill", text.id);
    const used = await ledgerRows<{ field: string; value: string }>(
      "SELECT DISTINCT field, value FROM filings WHERE field IN ('topic', 'person', 'organisation', 'place')",
    );
    const facets = { topic: "topics", person: "people", organisation: "organisations", place: "places" };
    const registry = Object.fromEntries(
      Object.entries(facets).map(([field, facet]) => [
        facet,
        used
          .filter((row) => row.field === field && row.value !== topics[0])
          .map(({ value }) => ({ slug: value, names: { en: value } })),
      ]),
    );
    const refused = await send("PUT", "/api/v1/registry", registry);
    expect(refused.status).toBe(409);
    expect(JSON.stringify(await refused.json())).toContain("kept-for-a-killed-text");
  });

  it("has its content again when it is reinstated", async () => {
    const text = await published();
    await act("kill", text.id);
    await newsroomLater(2);
    await act("reinstate", text.id, "It was true");
    await newsroomLater(2);
    expect(await view(text.id)).toMatchObject({ status: "published", title: "The Bucharest accord" });
    expect(await kvBody(text.path)).toContain("Signed in Bucharest.");
    expect((await request(`/api/v1/releases/${text.id}/editions/1`)).status).toBe(200);
  });

  it("keeps its address", async () => {
    const text = await published();
    await act("kill", text.id);
    expect((await put(release({ slug: text["slug"] }))).status).toBe(409);
  });

  it("that was never public leaves no trace, and stays killed when its embargo ends", async () => {
    const embargo = new Date((await newsroomLater(0)) + 3_600_000).toISOString();
    const text = release({ embargo, title: "Never seen" });
    await publish(text);
    expect((await act("withdraw", text.id)).status).toBe(409);
    expect(await (await act("kill", text.id)).json<Answer>()).toMatchObject({
      status: "killed",
      sequence: null,
    });
    expect(await publish(text)).toMatchObject({ changed: false, status: "killed" });
    await newsroomLater(3_700);
    expect((await request(`/api/v1/releases/${text.id}`)).status).toBe(404);
    expect((await request(`/en/releases/${String(text["slug"])}`)).status).toBe(404);
    expect(await ledgerRows(`SELECT * FROM events WHERE release = '${text.id}'`)).toEqual([]);
    // Reinstated after the embargo, it is public at once.
    expect(await (await act("reinstate", text.id)).json<Answer>()).toMatchObject({ status: "published" });
  });
});

describe("an action on a release", () => {
  it.each([
    ["a missing reason", {}, 422],
    ["an empty reason", { reason: " " }, 422],
    ["another field", { reason: "x", why: "y" }, 422],
  ])("with %s is refused", async (_name, body, status) => {
    const text = await published();
    expect((await send("POST", `/api/v1/releases/${text.id}/kill`, body)).status).toBe(status);
    expect(await view(text.id)).toMatchObject({ status: "published" });
  });

  it("answers 404 without a release, 405 to another method, 401 without the token", async () => {
    expect((await act("kill", crypto.randomUUID())).status).toBe(404);
    expect((await act("kill", "x")).status).toBe(422);
    expect((await act("eat", crypto.randomUUID())).status).toBe(404);
    expect((await request(`/api/v1/releases/${crypto.randomUUID()}/kill`, { headers: ADMIN })).status).toBe(
      405,
    );
    expect((await request(`/api/v1/releases/${crypto.randomUUID()}/kill`, { method: "POST" })).status).toBe(
      401,
    );
  });

  it("shows the last reason of a kill alone: in lists, its history and all its events", async () => {
    const text = await published();
    await act("withdraw", text.id, "The first secret reason");
    await act("kill", text.id, "The second secret reason");
    await settled();
    await newsroomLater(2);
    expect(await kvBody("/feed.atom")).toContain("The second secret reason");
    await newsroomLater(2);
    await act("kill", text.id, "Unfounded");
    await settled();
    for (const path of [...LISTS, `${text.path}/history`, `/api/v1/releases/${text.id}`])
      expect((await kvBody(path)) ?? "").not.toContain("secret reason");
    expect(await kvBody("/feed.atom")).toContain("Unfounded");
    expect(await (await request(`${text.path}/history`)).text()).not.toContain("secret reason");
    const events = await (await request("/api/v1/events?after=0&limit=100")).text();
    expect(events).not.toContain("secret reason");
    expect(events.match(/"reason":"Unfounded"/g)?.length).toBeGreaterThanOrEqual(3);
  });

  it("cannot withdraw a killed release", async () => {
    const text = await published();
    await act("kill", text.id);
    const refused = await act("withdraw", text.id);
    expect(refused.status).toBe(409);
    expect((await refused.json<ProblemJson>()).detail).toContain("reinstate it");
  });
});

describe("a subscription that was sent a release", () => {
  const types = async (made: { endpoint: string }) =>
    (await arrivals(made)).map(({ headers }) => headers["webhook-event"]);

  it("is sent its retraction, whatever the filter matches now; others are not", async () => {
    const [speeches, other] = [
      await subscribe({ filter: { type: "speech" } }),
      await subscribe({ filter: { type: "visit" } }),
    ];
    const text = await published({ type: "speech" });
    const { path: _path, ...body } = text;
    await publish({ ...body, type: "statement", change: "minor" });
    for (const [action, reason] of [
      ["withdraw", "Doubtful"],
      ["reinstate", "It was right"],
      ["kill", "The date was wrong"],
    ] as const) {
      await act(action, text.id, reason);
      await settled();
      for (const { id } of [speeches, other]) await subscriberIdle(id);
    }
    expect(await types(speeches)).toEqual(["release.published", "release.withdrawn", "release.killed"]);
    expect(await types(other)).toEqual([]);
    const killed = JSON.parse((await arrivals(speeches)).at(-1)!.body) as {
      data: { reason: string; release: { title: string; status: string } };
    };
    expect(killed.data).toMatchObject({
      reason: "The date was wrong",
      release: { status: "killed", title: "" },
    });
  });

  it("is sent the kill in place of a pending delivery", async () => {
    const made = await subscribe({ url: endpoint("500,204") });
    const text = await published();
    await subscriberIdle(made.id);
    expect(await types(made)).toEqual(["release.published"]); // answered 500: it will be retried
    await act("kill", text.id);
    await settled();
    await subscriberLater(made.id, 400);
    expect(await types(made)).toEqual(["release.published", "release.killed"]);
    expect((await deliveries(made)).map(({ type, state }) => [type, state])).toEqual([
      ["release.killed", "delivered"],
      ["release.published", "replaced"],
    ]);
  });
});
