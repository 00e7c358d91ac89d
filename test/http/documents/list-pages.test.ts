import { beforeAll, describe, expect, it } from "vitest";
import {
  BASE_URL,
  act,
  inNewsroom,
  kvBody,
  newsroomLater,
  pageAt,
  publish,
  release,
  request,
  send,
  settled,
} from "../../support/service.ts";

const named = (slug: string, en: string) => ({ slug, names: { en, hy: `${slug}-hy` } });
const REGISTRY = {
  types: [],
  topics: [named("energy", "Energy"), named("trade", "Trade")],
  people: [named("ara", "Ara Aivazian")],
  organisations: [],
  places: [],
};

const title = (html: string) => /<title>(.*?)<\/title>/.exec(html)?.[1];
const heading = (html: string) => /<h1>(.*?)<\/h1>/.exec(html)?.[1];

beforeAll(async () => {
  await send("PUT", "/api/v1/site", { title: { en: "The Ministry", hy: "Նախարարություն" } });
  await send("PUT", "/api/v1/registry", REGISTRY);
  await publish(release({ date: "2019-05-01", topics: ["energy"], people: ["ara"], type: "speech" }));
  await publish(release({ date: "2020-05-01", topics: ["energy"] }));
  await publish(release({ date: "2020-06-01", topics: ["trade"] }));
  await publish(release({ date: "2020-07-01", lang: "hy" }));
  await settled();
  await newsroomLater(2);
});

describe("the page of a list", () => {
  it("reads like a page in its title, and its feed like a feed", async () => {
    expect(title(await pageAt("/en"))).toBe("The Ministry");
    expect(title(await pageAt("/en/topics/energy"))).toBe("Energy – The Ministry");
    expect(heading(await pageAt("/en/topics/energy"))).toBe("Energy");
    const feed = await (await request("/en/topics/energy/feed.json")).json<{ title: string }>();
    expect(feed.title).toBe("Energy – The Ministry");
    expect(heading(await pageAt("/en?from=2020-01-01&to=2020-12-31"))).toBe("2020");
  });

  it("says how many releases it has", async () => {
    expect(await pageAt("/")).toContain("Texts: 4");
    expect(await pageAt("/en")).toContain("Texts: 3");
    expect(await pageAt("/en/topics/energy")).toContain("Texts: 2");
    expect(await pageAt("/en?q=session")).toContain("Texts: 3");
  });

  it("leads to the list of the same value in another language", async () => {
    const html = await pageAt("/en/topics/energy");
    expect(html).toContain('<a href="https://press.example/hy/topics/energy" lang="hy" hreflang="hy">');
    expect(await pageAt("/en?q=session")).toContain('<a href="/hy" lang="hy" hreflang="hy">');
  });

  it("links the years that have releases", async () => {
    const html = await pageAt("/en");
    expect(
      [...html.matchAll(/rel="nofollow" href="([^"]*)">(\d+)</g)].map(([, href, year]) => [href, year]),
    ).toEqual([
      ["/en?from=2020-01-01&#x26;to=2020-12-31", "2020"],
      ["/en?from=2019-01-01&#x26;to=2019-12-31", "2019"],
    ]);
    expect(await pageAt("/hy")).not.toContain('rel="nofollow" href="/hy?from=');
  });

  it("offers the values of its language as filters, and keeps what was chosen", async () => {
    expect(await pageAt("/en")).toContain('<option value="trade">Trade</option>');
    const html = await pageAt("/en?type=speech&topic=energy&q=session&from=2019-01-01");
    expect(html).toContain('<option value="energy" selected>Energy</option>');
    expect(html).toContain('<option value="speech" selected>Speech</option>');
    expect(html).toContain('name="q" value="session"');
    expect(html).toContain('type="date" name="from" value="2019-01-01"');
    expect(html).toContain("<details open>");
    const several = await pageAt("/en?topic=energy&topic=trade&not.type=qa");
    expect(several).toContain('<input type="checkbox" name="topic" value="trade" checked>');
    expect(several).toContain('<input type="checkbox" name="not.type" value="qa" checked>');
  });

  it.each([
    ["/en?q=&type=&topic=&person=&organisation=&place=&from=&to=", "/en"],
    ["/en?q=&type=&topic=energy&person=&from=&to=", "/en/topics/energy"],
    ["/en?q=Peace&type=speech&topic=&from=2020-01-01&to=", "/en?type=speech&q=peace&from=2020-01-01"],
  ])("has one address, to which a form with empty fields leads: %s", async (path, expected) => {
    const response = await request(path);
    expect([response.status, response.headers.get("location")]).toEqual([301, expected]);
  });

  it("offers a feed of what will come where a search finds nothing", async () => {
    const html = await pageAt("/en?q=nothing");
    expect(html).toContain("No text matches this search.");
    expect(html).toContain(
      'The next text that matches it appears in this feed: <a href="/en/feed.rss?q=nothing">RSS</a>',
    );
  });

  it("finds the first words of a sentence that is too long, and shows them in the search box", async () => {
    const words = Array.from({ length: 30 }, (_, index) => `word${index}`);
    const search = (q: string) =>
      request(`/en?topic=energy&q=${encodeURIComponent(q)}`, { redirect: "manual" });
    const answer = await search(words.join(" "));
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([302, "no-store"]);
    const location = new URL(answer.headers.get("location") ?? "", BASE_URL);
    expect(location.pathname).toBe("/en");
    expect(location.searchParams.get("topic")).toBe("energy");
    expect(location.searchParams.get("q")).toBe(words.slice(0, 20).join(" "));
    const page = await request(location.pathname + location.search);
    expect(page.status).toBe(301); // to the address with the words in order
    expect((await request(page.headers.get("location") ?? "")).status).toBe(200);
    // A search without spaces cannot be cut between words.
    expect((await search("会議声明".repeat(40))).status).toBe(400);
    // A program gets a problem that names the limit.
    expect((await request(`/en/feed.rss?q=${words.join("+")}`)).status).toBe(400);
  });

  it("may be searched: the policy allows forms to this site alone", async () => {
    const response = await request("/en");
    expect(response.headers.get("content-security-policy")).toContain("form-action 'self'");
    expect(await response.text()).toContain('role="search" action="/en"');
  });
});

describe("a page where nothing is", () => {
  it("leads to the newest texts of the language, to all of them, and to the search", async () => {
    const html = await (await request("/en/releases/none")).text();
    expect(html).toContain("<h2>Newest texts</h2>");
    expect(html.match(/<li><a href="https:\/\/press\.example\/en\/releases\//g)).toHaveLength(3);
    expect(html).toContain('<a href="/en">All texts</a>');
    expect(html).toContain('role="search" action="/en"');
  });

  it("does not name a killed release among the newest texts", async () => {
    const text = release({ lang: "ru", slug: "oshibka" });
    await publish(text);
    await act("kill", text.id, "By mistake");
    await settled();
    await newsroomLater(2);
    expect(await kvBody("/ru/feed.json")).toContain("By mistake");
    expect(await (await request("/ru/nothing")).text()).not.toContain("By mistake");
  });
});

describe("every page", () => {
  it("is the same when everything is rendered again from the ledger", async () => {
    const paths = [
      "/",
      "/en",
      "/hy",
      "/en/topics/energy",
      "/en/types/speech",
      "/en/topics",
      "/en/people",
      "/hy/topics",
    ];
    for (const path of paths) await pageAt(path);
    const added = release({
      date: "2018-03-01",
      topics: ["energy", "trade"],
      people: ["ara"],
      type: "visit",
    });
    await publish(added);
    await newsroomLater(2);
    await publish({ ...added, topics: ["trade"], people: [], change: "minor" });
    const killed = release({ topics: ["energy"], type: "speech" });
    await publish(killed);
    await newsroomLater(2);
    await act("withdraw", added.id);
    await act("kill", killed.id);
    await newsroomLater(2);
    const bodies = () => Promise.all(paths.map((path) => kvBody(path)));
    const before = await bodies();
    expect(before).not.toContain(null);
    await inNewsroom((instance) => instance.rebuild());
    await newsroomLater(2);
    expect(await bodies()).toEqual(before);
  });
});
