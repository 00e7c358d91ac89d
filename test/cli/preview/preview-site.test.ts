import { expect, onTestFinished, test } from "vitest";
import { PreviewReader } from "../../../src/cli/preview/preview-content.ts";
import { openSite } from "../../../src/cli/preview/preview-site.ts";
import { keptBuild } from "../../../src/cli/start/kept-build.ts";
import { contentFile, folderWith } from "../support/content-folders.ts";
import { temporaryFolder } from "../support/run-cli.ts";

test("the service behind a preview answers only to the preview, on any path", async () => {
  const content = await new PreviewReader(
    await folderWith({ "a.md": contentFile("embargo: 2099-01-01T00:00:00Z\n") }),
  ).read(Date.now());
  const site = await openSite(content, {
    build: await keptBuild(),
    folder: await temporaryFolder(),
    origin: "http://localhost:1",
    over: new AbortController().signal,
    now: new AbortController().signal,
    progress: { show() {}, end() {} },
  });
  onTestFinished(site.end);
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
