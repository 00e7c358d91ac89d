import { describe, expect, it } from "vitest";
import {
  inNewsroom,
  kvBody,
  ledgerRows,
  type ProblemJson,
  publish,
  release,
  request,
  send,
  settled,
} from "../../support/service.ts";

const IDENTITY = {
  title: { en: "Ministry of Foreign Affairs", hy: "Արտաքին գործերի նախարարություն" },
  publisher: { en: "The Ministry", hy: "Նախարարությունը" },
  description: { en: "Statements of the Ministry", hy: "Նախարարության հայտարարությունները" },
  colour: "#0b3d6f",
  contact: {
    name: { en: "Press Office", hy: "Մամուլի ծառայություն" },
    email: "press@mfa.example",
    phone: "+374 60 620000",
  },
  links: [{ text: { en: "Imprint", hy: "Հրատարակչական տվյալներ" }, url: "https://mfa.example/imprint" }],
  licence: "https://creativecommons.org/licenses/by/4.0/",
};

const putSite = (body: unknown, query = "") => send("PUT", `/api/v1/site${query}`, body);

/** The bodies in KV of pages, feeds and OPML that show the site. */
async function shown(paths: readonly string[]): Promise<string[]> {
  return Promise.all(paths.map(async (path) => (await kvBody(path)) ?? ""));
}

describe("the identity of the site", () => {
  it("is what the configuration says, until it is set", async () => {
    await settled();
    expect(await (await request("/api/v1/site")).json()).toEqual({
      title: "Press releases",
      publisher: "Press Office",
      ai: { search: true, answer: true, train: false },
    });
  });

  it("is the admin's to set", async () => {
    const init = { method: "PUT", body: "{}", headers: { "content-type": "application/json" } };
    expect((await request("/api/v1/site", init)).status).toBe(401);
  });

  it("is only judged with dryRun=true", async () => {
    const judged = await putSite(IDENTITY, "?dryRun=true");
    expect(await judged.json()).toMatchObject({ ...IDENTITY, changed: true });
    expect(await ledgerRows("SELECT * FROM marks WHERE name = 'site'")).toEqual([]);
    expect((await putSite(IDENTITY, "?dryrun=true")).status).toBe(422);
  });

  it("is refused with the path of each fault, and stays as it was", async () => {
    const refused = await putSite({
      colour: "#ffcc00",
      titel: "x",
      links: [{ text: "Imprint", url: "imprint" }],
    });
    expect(refused.status).toBe(422);
    const { errors = [] } = await refused.json<ProblemJson>();
    expect(errors.map(({ path }) => path).sort()).toEqual(["/colour", "/links/0/url", "/titel"]);
    const withoutDefault = await putSite({ title: { hy: "Նախարարություն" } });
    expect((await withoutDefault.json<ProblemJson>()).errors).toEqual([
      { path: "/title", message: expect.stringContaining("lacks en, the default language") },
    ]);
    expect(await ledgerRows("SELECT * FROM marks WHERE name = 'site'")).toEqual([]);
  });
});

describe("a site with an identity", () => {
  it("shows it on every page and in every feed, in the language of each", async () => {
    const group = "summit";
    const english = release({ group });
    const armenian = release({ group, lang: "hy", title: "Հայտարարություն", body: "Գագաթնաժողով։" });
    await publish(english);
    await publish(armenian);
    await settled();
    const relabelledBefore = await ledgerRows("SELECT value FROM marks WHERE name = 'relabelled'");
    const answer = await putSite(IDENTITY);
    expect(await answer.json()).toEqual({
      ...IDENTITY,
      ai: { search: true, answer: true, train: false },
      changed: true,
    });
    expect(await (await putSite(IDENTITY)).json()).toMatchObject({ changed: false });
    // Long ago, so that each key may be written again.
    await inNewsroom((instance) => {
      const ms = instance.clock() + 10_000;
      instance.clock = () => ms;
    });
    await settled();
    expect(await ledgerRows("SELECT value FROM marks WHERE name = 'relabelled'")).not.toEqual(
      relabelledBefore,
    );

    const [en = "", hy = ""] = await shown([
      `/en/releases/${english["slug"] as string}`,
      `/hy/releases/${armenian["slug"] as string}`,
    ]);
    for (const [page, lang, other] of [
      [en, "en", "hy"],
      [hy, "hy", "en"],
    ] as const) {
      for (const field of ["title", "publisher"] as const) {
        expect(page).toContain(IDENTITY[field][lang]);
        expect(page).not.toContain(IDENTITY[field][other]);
      }
      expect(page).toContain(`– ${IDENTITY.title[lang]}</title>`);
      expect(page).toContain(IDENTITY.contact.name[lang]);
      expect(page).toContain('<a href="mailto:press@mfa.example">press@mfa.example</a>');
      expect(page).toContain('<a href="tel:+37460620000" dir="ltr">+374 60 620000</a>');
      expect(page).toContain(`<a href="https://mfa.example/imprint">${IDENTITY.links[0]?.text[lang]}</a>`);
      expect(page).toContain(`rel="license" href="${IDENTITY.licence}"`);
      expect(page).toContain('href="/style.css?colour=0b3d6f"');
    }

    const [rss = "", atom = "", json = "", hyList = "", opml = ""] = await shown([
      "/feed.rss",
      "/feed.atom",
      "/feed.json",
      "/hy",
      "/feeds.opml",
    ]);
    expect(hyList).toContain(`<meta name="description" content="${IDENTITY.description.hy}">`);
    expect(opml).toContain(`<ownerName>${IDENTITY.publisher.en}</ownerName>`);
    expect(opml).toContain(`text="${IDENTITY.title.hy}"`);
    expect(rss).toContain(`<title>${IDENTITY.title.en}</title>`);
    expect(rss).toContain(`<description>${IDENTITY.description.en}</description>`);
    expect(rss).toContain(`<dc:creator>${IDENTITY.publisher.hy}</dc:creator>`);
    expect(rss).toContain(`<dc:creator>${IDENTITY.publisher.en}</dc:creator>`);
    expect(rss).toContain(`© ${IDENTITY.publisher.en}, ${IDENTITY.licence}`);
    expect(atom).toContain(`<subtitle>${IDENTITY.description.en}</subtitle>`);
    expect(atom).toContain(`<link rel="license" href="${IDENTITY.licence}"/>`);
    // The author of the feed, and of the one entry that is in another language.
    expect([...atom.matchAll(/<name>(.*)<\/name>/g)].map(([, name]) => name)).toEqual([
      IDENTITY.publisher.en,
      IDENTITY.publisher.hy,
    ]);
    const feed = JSON.parse(json) as {
      description: string;
      items: { language: string; authors?: { name: string }[] }[];
    };
    expect(feed.description).toBe(IDENTITY.description.en);
    const authors = Object.fromEntries(feed.items.map((item) => [item.language, item.authors?.[0]?.name]));
    expect(authors).toEqual({ en: undefined, hy: IDENTITY.publisher.hy });
  });

  it("keeps the policy of its pages", async () => {
    const policy = (await request("/en")).headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none'; style-src 'self';");
    expect(await (await request("/en")).text()).not.toMatch(/<style|style="/);
  });

  it("is another document in KV, which a rebuild writes again", async () => {
    const before = await kvBody("/api/v1/site");
    expect(JSON.parse(before ?? "")).toMatchObject(IDENTITY);
    expect((await request("/api/v1/site")).headers.get("access-control-allow-origin")).toBe("*");
  });
});
