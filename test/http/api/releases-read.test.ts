import { beforeAll, describe, expect, it } from "vitest";
import {
  ADMIN,
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

interface Page<T> {
  data: T[];
  next: string | null;
}
interface Listed {
  id: string;
  title: string;
  lang: string;
}

const list = async (query: string) => {
  const response = await request(`/api/v1/releases?limit=100&${query}`);
  if (!response.ok) throw new Error(await response.text());
  return (await response.json<Page<Listed>>()).data.map(({ title }) => title);
};

const TEXTS = [
  {
    title: "Eleve",
    lang: "fr",
    type: "speech",
    topics: ["school"],
    date: "2020-01-01",
    body: "Un élève à l’école.",
  },
  {
    title: "Session",
    lang: "en",
    type: "statement",
    topics: ["csto"],
    people: ["ara"],
    date: "2020-01-02",
    body: "The session of the CSTO was held in Yerevan.",
  },
  {
    title: "Сессия",
    lang: "ru",
    type: "statement",
    topics: ["csto", "school"],
    date: "2020-01-03",
    body: "Сессия ОДКБ прошла в Ереване. Ещё раз.",
  },
  {
    title: "Նիստ",
    lang: "hy",
    type: "visit",
    organisations: ["mfa"],
    places: ["yerevan"],
    date: "2020-01-04",
    body: "ՀԱՊԿ նիստը եւ այցը Երևանում։",
  },
  {
    title: "Visit",
    lang: "en",
    type: "visit",
    people: ["ara"],
    places: ["yerevan"],
    date: "2020-01-05T12:00:00Z",
    body: "A visit to Yerevan, held in a session.",
  },
];

describe("a list of releases", () => {
  beforeAll(async () => {
    for (const text of TEXTS) await publish(release(text));
    await publish(
      release({
        title: "Hidden",
        date: "2020-01-01",
        embargo: "2999-01-01T00:00:00Z",
        topics: ["csto"],
        body: "Yerevan session",
      }),
    );
    await settled();
  });

  it.each([
    ["", ["Visit", "Նիստ", "Сессия", "Session", "Eleve"]],
    ["lang=en", ["Visit", "Session"]],
    ["lang=en&lang=fr", ["Visit", "Session", "Eleve"]],
    ["type=statement&topic=csto", ["Сессия", "Session"]],
    ["type=statement&topic=csto&person=ara", ["Session"]],
    ["place=yerevan&organisation=mfa", ["Նիստ"]],
    ["topic=none", []],
    ["not.type=visit", ["Сессия", "Session", "Eleve"]],
    ["topic=csto&not.topic=school", ["Session"]],
    ["not.lang=en&not.topic=school", ["Նիստ"]],
    ["from=2020-01-03", ["Visit", "Նիստ", "Сессия"]],
    ["to=2020-01-02", ["Session", "Eleve"]],
    ["from=2020-01-02&to=2020-01-04", ["Նիստ", "Сессия", "Session"]],
    ["from=2020-01-05T12:00:00Z", ["Visit"]],
    ["from=2020-01-05T12:00:01Z", []],
  ])("narrowed by %s holds %j", async (query, titles) => {
    expect(await list(query)).toEqual(titles);
  });

  it.each([
    ["yerevan", ["Visit", "Session"]],
    ["YEREVAN session", ["Visit", "Session"]],
    ['"session of the csto"', ["Session"]],
    ['"held in yerevan"', ["Session"]],
    ['"yerevan held"', ["Visit"]], // punctuation is no part of a phrase
    ["session -csto", ["Visit"]],
    ['session -"held in yerevan"', ["Visit"]],
    ["-session", ["Նիստ", "Сессия", "Eleve"]],
    ["eleve", ["Eleve"]],
    ["ÉCOLE", ["Eleve"]],
    ["одкб", ["Сессия"]],
    ["еще", ["Сессия"]], // ё
    ["հապկ", ["Նիստ"]],
    ["և", ["Նիստ"]], // եւ
    ["Երեւանում", ["Նիստ"]], // և inside a word
    ["hidden", []],
    ["yere", []],
    ['"', ["Visit", "Նիստ", "Сессия", "Session", "Eleve"]],
    ["AND OR NOT * ( ) : ^", []],
    ["x".repeat(500), []],
    ["session'); DROP TABLE releases; --", []],
  ])("searched for %s holds %j", async (q, titles) => {
    expect(await list(`q=${encodeURIComponent(q)}`)).toEqual(titles);
  });

  it("comes in pages with each release once, even if one is published in between", async () => {
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: Page<Listed> = await (
        await request(`/api/v1/releases?limit=2${cursor && `&cursor=${cursor}`}`)
      ).json();
      seen.push(...page.data.map(({ title }) => title));
      cursor = page.next;
      if (seen.length === 2) await publish(release({ title: "Late", date: "2020-06-01" }));
    }
    expect(seen).toEqual(["Visit", "Նիստ", "Сессия", "Session", "Eleve"]);
  });

  it.each([
    "limit=0",
    "content=short",
    "limit=101",
    "limit=x",
    "cursor=x",
    "from=soon",
    "to=2020-02-30",
    "lang=not+a+tag",
    `q=${"x".repeat(501)}`,
  ])("asked for with %s is refused with the place of the fault", async (query) => {
    const response = await request(`/api/v1/releases?${query}`);
    expect(response.status).toBe(422);
    const { errors } = await response.json<ProblemJson>();
    expect(errors?.[0]?.path.startsWith(`/${query.split("=")[0]}`)).toBe(true);
  });
});

describe("events", () => {
  it("come in order from any sequence, filtered, without those of embargoed releases", async () => {
    const all = await (
      await request("/api/v1/events?limit=100")
    ).json<Page<{ type: string; data: { sequence: number; release: Listed } }>>();
    expect(all.data.map(({ data }) => data.sequence)).toEqual(all.data.map((_, index) => index + 1));
    expect(all.next).toBeNull();
    expect(JSON.stringify(all)).not.toContain("Hidden");
    const french = await (await request("/api/v1/events?lang=fr")).json<typeof all>();
    expect(french.data.map(({ data }) => data.release.title)).toEqual(["Eleve"]);
    const seen: number[] = [];
    let after: string | null = "2";
    while (after !== null) {
      const page: typeof all = await (
        await request(`/api/v1/events?limit=1&not.lang=ru&after=${after}`)
      ).json();
      seen.push(...page.data.map(({ data }) => data.sequence));
      after = page.next;
    }
    expect(seen).toEqual([4, 5, 6]);
  });
});

describe("a release as the admin sees it", () => {
  it("is visible under embargo to the admin alone, and no cache keeps it", async () => {
    const text = release({ title: "For our eyes", embargo: "2999-01-01T00:00:00Z" });
    await publish(text);
    const seen = await request(`/api/v1/releases/${text.id}`, { headers: ADMIN });
    expect(await seen.json()).toMatchObject({
      title: "For our eyes",
      status: "embargoed",
      edition: 1,
      embargo: "2999-01-01T00:00:00Z",
      published: null,
      updated: null,
    });
    expect(seen.headers.get("cache-control")).toBe("private, no-store");
    const read = { "if-match": seen.headers.get("etag") ?? "" };
    expect((await put({ ...text, title: "Against what was read" }, read)).status).toBe(200);
    expect((await put({ ...text, title: "Against what is no more" }, read)).status).toBe(412);
    expect((await request(`/api/v1/releases/${text.id}`)).status).toBe(404);
    expect((await request(`/api/v1/releases/${crypto.randomUUID()}`, { headers: ADMIN })).status).toBe(404);
  });
});

describe("a word with several spellings", () => {
  it("is found by each spelling, in lists, events and feeds", async () => {
    const spellings = [
      ["Երևան", "ԵՐԵՎԱՆ", "Երեւան"],
      ["Straße", "STRASSE"],
      ["Σωκράτης", "ΣΩΚΡΑΤΗΣ"],
    ];
    for (const word of spellings.flat()) await publish(release({ title: word, type: "interview" }));
    await settled();
    for (const words of spellings) {
      for (const word of words) {
        const q = `type=interview&q=${encodeURIComponent(word)}`;
        expect([word, (await list(q)).sort()]).toEqual([word, words.toSorted()]);
        const events = await (await request(`/api/v1/events?limit=100&${q}`)).json<Page<unknown>>();
        expect(events.data).toHaveLength(words.length);
        const feed = await (
          await request(`/feed.json?${q}`, { redirect: "follow" })
        ).json<{ items: unknown[] }>();
        expect(feed.items).toHaveLength(words.length);
        expect(await list(`type=interview&not.${q.split("&")[1]}`)).toHaveLength(7 - words.length);
      }
    }
  });
});

describe("the registry", () => {
  const CSTO = { slug: "csto", names: { en: "Collective Security Treaty Organization", ru: "ОДКБ" } };
  const SCHOOL = { slug: "school", names: { en: "Schools" } };
  const registry = (fields: Record<string, unknown> = {}) => ({
    topics: [CSTO, SCHOOL],
    people: [
      {
        slug: "ara",
        names: { en: "Ara Aivazian", hy: "Արա Այվազյան" },
        role: { en: "Minister" },
        link: "https://mfa.example/ara",
      },
    ],
    organisations: [{ slug: "mfa", names: { en: "MFA" } }],
    places: [{ slug: "yerevan", names: { en: "Yerevan", ru: "Ереван" } }],
    types: [{ slug: "communique", names: { en: "Communiqué", ru: "Коммюнике" } }],
    ...fields,
  });

  const kept = async () => JSON.parse((await kvBody("/api/v1/registry")) ?? "null") as unknown;

  it("is written by the admin and readable by all", async () => {
    expect((await request("/api/v1/registry", { method: "PUT", body: "{}" })).status).toBe(401);
    const put = await send("PUT", "/api/v1/registry", registry());
    expect(put.status).toBe(200);
    await newsroomLater(2);
    expect(await kept()).toMatchObject({
      topics: [{ slug: "csto", spellings: [] }, { slug: "school" }],
    });
  });

  it("refuses an unknown slug and names the nearest", async () => {
    const response = await send("PUT", `/api/v1/releases/${crypto.randomUUID()}`, {
      ...release({ topics: ["csto", "scool"], people: ["bob"] }),
      id: undefined,
    });
    expect(response.status).toBe(422);
    expect((await response.json<ProblemJson>()).errors).toEqual([
      { path: "/topics/1", message: "scool is not in the registry; the nearest are school, csto" },
      { path: "/people/0", message: "bob is not in the registry; the nearest are ara" },
    ]);
  });

  it("may add release types", async () => {
    const text = release({ type: "communique", lang: "ru" });
    await publish(text);
    await settled();
    expect(await (await request(`/ru/releases/${String(text["slug"])}`)).text()).toContain("Коммюнике");
    const refused = await send("PUT", `/api/v1/releases/${crypto.randomUUID()}`, {
      ...release({ type: "memo" }),
      id: undefined,
    });
    expect((await refused.json<ProblemJson>()).errors).toMatchObject([
      { path: "/type", message: expect.stringContaining("communique") },
    ]);
  });

  it("gives names in the language of the release, on pages, in feeds and in events", async () => {
    const text = release({ lang: "ru", topics: ["csto"], people: ["ara"], date: "2021-01-01" });
    await publish(text);
    await settled();
    const page = await (await request(`/ru/releases/${String(text["slug"])}`)).text();
    expect(page).toContain(">ОДКБ</a></dd>");
    expect(page).toContain(">Ara Aivazian</a></dd>"); // has no Russian name
    const { data } = await (
      await request("/api/v1/events?limit=100&topic=csto&lang=ru&person=ara")
    ).json<Page<{ data: { release: { names: object } } }>>();
    expect(data[0]?.data.release.names).toMatchObject({
      topics: { csto: "ОДКБ" },
      people: { ara: "Ara Aivazian" },
    });
  });

  it("cannot leave out values in use", async () => {
    const refused = await send("PUT", "/api/v1/registry", registry({ topics: [SCHOOL], types: [] }));
    expect(refused.status).toBe(409);
    expect((await refused.json<ProblemJson>()).errors).toEqual([
      { path: "/topics", message: "must include csto: releases use it" },
      { path: "/types", message: "must include communique: releases use it" },
    ]);
    expect(await kept()).toMatchObject({
      topics: [{ slug: "csto" }, { slug: "school" }],
    });
  });

  it("cannot leave out values of an embargoed release", async () => {
    await publish(release({ embargo: "2999-01-01T00:00:00Z", topics: ["school"], type: "communique" }));
    const refused = await send("PUT", "/api/v1/registry", registry({ topics: [CSTO] }));
    expect((await refused.json<ProblemJson>()).errors).toEqual([
      { path: "/topics", message: "must include school: releases use it" },
    ]);
  });

  it("shows the admin what was just sent", async () => {
    const places = [
      { slug: "yerevan", names: { en: "Yerevan" } },
      { slug: "dilijan", names: { en: "Dilijan" } },
    ];
    expect((await send("PUT", "/api/v1/registry", registry({ places }))).status).toBe(200);
    expect(await (await request("/api/v1/registry", { headers: ADMIN })).json()).toMatchObject({ places });
  });

  it.each([
    ["a slug twice", { topics: [CSTO, CSTO] }, "/topics"],
    ["no name", { topics: [{ slug: "csto", names: {} }] }, "/topics/0/names"],
    ["a bad link", { topics: [{ ...CSTO, link: "ftp://x" }] }, "/topics/0/link"],
    ["an unknown facet", { colours: [] }, "/colours"],
  ])("with %s is refused", async (_name, fields, path) => {
    const response = await send("PUT", "/api/v1/registry", registry(fields));
    expect(response.status).toBe(422);
    expect((await response.json<ProblemJson>()).errors?.[0]?.path).toBe(path);
  });

  it("also validates filters", async () => {
    const response = await send("POST", "/api/v1/subscriptions", {
      url: "https://desk.example/",
      filter: { topic: "cto", not: { person: ["bob"] } },
    });
    expect(response.status).toBe(422);
    expect((await response.json<ProblemJson>()).errors?.map(({ path }) => path)).toEqual([
      "/filter/topic",
      "/filter/not/person",
    ]);
  });
});
