import { expect, onTestFinished, test } from "vitest";
import { PreviewReader } from "../../../src/cli/preview/preview-content.ts";
import { openSite, type PreviewSite } from "../../../src/cli/preview/preview-site.ts";
import { keptBuild } from "../../../src/cli/start/kept-build.ts";
import { contentFile, folderWith } from "../support/content-folders.ts";
import { temporaryFolder } from "../support/run-cli.ts";

async function open(files: Record<string, string>): Promise<PreviewSite> {
  const content = await new PreviewReader(await folderWith(files)).read(Date.now());
  const site = await openSite(content, {
    build: await keptBuild(),
    folder: await temporaryFolder(),
    origin: "http://localhost:1",
    over: new AbortController().signal,
    now: new AbortController().signal,
    progress: { show() {}, end() {} },
  });
  onTestFinished(site.end);
  return site;
}

test("each text is shown as on the day that readers will see it", async () => {
  const dayMs = 86_400_000;
  const dayIn = (days: number): string => new Date(Date.now() + days * dayMs).toISOString().slice(0, 10);
  const dated = (date: string, slug: string, fields = ""): string =>
    contentFile(fields)
      .replace("2020-12-01", date)
      .replace(/slug: .*/, `slug: ${slug}`);
  const site = await open({
    "a.md": dated(dayIn(40), "second", `embargo: ${dayIn(40)}T12:00:00Z\n`),
    "b.md": dated(dayIn(30), "first"),
    "c.md": dated(dayIn(-1), "draft", "draft: true\n"),
    "d.md": dated("2020-12-01", "old"),
  });
  const feed = await fetch(new URL("/feed.json", site.url), { headers: site.key });
  const { items } = await feed.json<{ items: { url: string; date_published: string }[] }>();
  expect(site.faults).toEqual([]);
  expect(items.map(({ url }) => url.split("/").at(-1))).toEqual(["second", "first", "draft", "old"]);
  // A draft of yesterday is news today.
  expect(Math.abs(Date.parse(items[2]?.date_published ?? "") - Date.now())).toBeLessThan(dayMs / 2);
});

test("the service behind a preview answers only to the preview, on any path", async () => {
  const site = await open({ "a.md": contentFile("embargo: 2099-01-01T00:00:00Z\n") });
  for (const path of ["/", "/feed.json", "/api/v1/releases", "/healthz", "/nowhere", "/style.css"]) {
    for (const headers of [{}, { "x-preview-key": "" }, { authorization: "Bearer x" }] as Record<
      string,
      string
    >[]) {
      const refused = await fetch(new URL(path, site.url), { headers });
      expect([path, refused.status, await refused.text()]).toEqual([path, 403, ""]);
    }
  }
  const feed = await fetch(new URL("/feed.json", site.url), { headers: site.key });
  expect(await feed.json()).toMatchObject({
    items: [{ url: expect.stringContaining("http://localhost:1/en/releases/session-") }],
  });
});
