import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { XmlDocument, XsdValidator } from "libxml2-wasm";
import { xmlRegisterFsInputProviders } from "libxml2-wasm/lib/nodejs.mjs";
import robotsParser from "robots-parser";
import { parseSitemap } from "sitemap";
import { expect, onTestFinished, test } from "vitest";
import { BuiltService } from "../built/built-service.ts";
import { ApiClient, newRelease } from "../chaos/api-client.ts";
import { pollUntil } from "../chaos/poll-until.ts";

const ADMIN_TOKEN = "readers-admin-token-0123456789-0123456789-abcdefg";
const SCHEMAS = join(import.meta.dirname, "../fixtures/sitemaps");
xmlRegisterFsInputProviders();

/** @throws with the violations of the schema */
function validate(xml: string, schema: string): void {
  const url = join(SCHEMAS, schema);
  const validator = XsdValidator.fromDoc(XmlDocument.fromBuffer(readFileSync(url), { url }));
  validator.validate(XmlDocument.fromString(xml));
}

test("sitemaps and robots.txt are accepted by the schemas of sitemaps.org, and read by parsers", async () => {
  const service = await BuiltService.start({
    ADMIN_TOKEN,
    SECRETS_KEY: "cmVhZGVycy1zZWNyZXRzLWtleS1vZi1lbm91Z2gtYnl0ZXM=",
    TITLE: "Ministry of <Foreign> Affairs & Trade",
  });
  onTestFinished(() => service[Symbol.asyncDispose]());
  const get = async (path: string) => {
    const answer = await fetch(new URL(path, service.url));
    expect(answer.status, path).toBe(200);
    return answer.text();
  };
  validate(await get("/sitemap.xml"), "index.xsd");
  validate(await get("/news-sitemap.xml"), "with-extensions.xsd");
  const api = new ApiClient(service.url, ADMIN_TOKEN);
  const date = new Date().toISOString().slice(0, 10);
  const group = "talks";
  const texts = [
    newRelease("Talks & <results> “quoted”", { slug: "talks", group, date }),
    newRelease("Բանակցություններ", { slug: "banaktsutyunner", lang: "hy", group, date }),
    newRelease("Older", { slug: "older", date: "2020-12-01" }),
  ];
  for (const text of texts) await api.publish(text);
  const paths = ["/en/releases/talks", "/hy/releases/banaktsutyunner", "/en/releases/older"];
  const urls = paths.map((path) => service.url.origin + path).sort();

  const index = await pollUntil("the index names the releases", 10_000, async () => {
    const text = await get("/sitemap.xml");
    return text.includes("/sitemaps/0.xml") ? text : undefined;
  });
  validate(index, "index.xsd");
  for (const path of ["/sitemaps/0.xml", "/news-sitemap.xml"]) {
    const xml = await pollUntil(`${path} names all`, 10_000, async () => {
      const text = await get(path);
      return urls.every((url) => text.includes(`<loc>${url}</loc>`)) ? text : undefined;
    });
    validate(xml, "with-extensions.xsd");
    const items = await parseSitemap(Readable.from([xml]));
    expect(items.map(({ url }) => url).sort()).toEqual(urls);
    const talks = items.find(({ url }) => url === service.url.origin + paths[0]);
    expect(talks?.links.map(({ lang }) => lang)).toEqual(["en", "hy"]);
    if (path !== "/news-sitemap.xml") continue;
    expect(talks?.news).toMatchObject({
      title: "Talks & <results> “quoted”",
      publication: { name: "Ministry of <Foreign> Affairs & Trade", language: "en" },
    });
    expect(items.filter(({ news }) => news !== undefined)).toHaveLength(2);
  }
  validate(await get("/sitemaps/lists.xml"), "with-extensions.xsd");
  expect(() =>
    validate(`${index.slice(0, index.indexOf("<sitemap>"))}</sitemapindex>`, "index.xsd"),
  ).toThrow();

  const robots = robotsParser(`${service.url.origin}/robots.txt`, await get("/robots.txt"));
  expect(robots.getSitemaps()).toEqual(
    ["/sitemap.xml", "/news-sitemap.xml"].map((path) => service.url.origin + path),
  );
  for (const agent of ["Googlebot", "GPTBot", "bingbot"])
    for (const url of urls) expect(robots.isAllowed(url, agent)).toBe(true);
});
