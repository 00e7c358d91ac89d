import { afterAll, beforeAll, expect, test } from "vitest";
import { contentFile, folderWith, idIn } from "../support/content-folders.ts";
import { runCli } from "../support/run-cli.ts";
import { startService, TOKEN, type Service } from "../support/running-service.ts";

// Both services have one public address, as after a move.
const vars = { BASE_URL: "https://press.example" };
let first: Service;
let fresh: Service;
beforeAll(async () => {
  [first, fresh] = await Promise.all([startService(vars), startService(vars)]);
});
afterAll(() => Promise.all([first.end(), fresh.end()]));

const PATHS = ["/", "/en", "/en/types/statement", "/feeds", "/feeds.opml", "/en/nowhere"];
const FEEDS = ["/feed.rss", "/feed.atom", "/feed.json", "/en/feed.rss", "/en/feed.atom", "/en/feed.json"];

async function bytesAt(service: Service, path: string): Promise<[number, string]> {
  const answer = await fetch(`${service.url}${path}`, { redirect: "manual" });
  return [answer.status, await answer.text()];
}

test("a folder with withdrawn and killed texts gives a fresh service the same public bytes", async () => {
  const texts = Array.from({ length: 23 }, (_, index) =>
    contentFile().replace("2020-12-01", `2020-12-${String((index % 7) + 1).padStart(2, "0")}`),
  );
  const files = texts.map((text, index) => [`${String(index).padStart(2, "0")}.md`, text] as const);
  const folder = await folderWith(Object.fromEntries(files));
  const run = (args: string[], service: Service) =>
    runCli([...args, "--to", service.url], { cwd: folder, env: { COMMUNIQUE_TOKEN: TOKEN } });
  expect(await run(["publish", "."], first)).toMatchObject({ code: 0 });
  const reason = ["--reason", "It was not ours", "--content", "."];
  await run(["withdraw", "03.md", ...reason], first);
  for (const file of ["05.md", "22.md"]) {
    expect(await run(["kill", file, "--yes", ...reason], first)).toMatchObject({ code: 0 });
  }

  const published = await run(["publish", "."], fresh);
  expect(published).toMatchObject({ code: 0, stderr: "" });
  expect(published.stdout).toContain("23 releases: 20 published, 1 withdrawn, 2 killed\n");

  const pages = texts.map((text) => `/en/releases/${/^slug: (.*)$/m.exec(text)?.[1]}`);
  const short = texts.map((text) => `/r/${idIn(text)}`);
  for (const path of [...PATHS, ...FEEDS, ...pages, ...short]) {
    expect([path, await bytesAt(fresh, path)]).toEqual([path, await bytesAt(first, path)]);
  }
  expect((await bytesAt(fresh, pages[5] ?? ""))[0]).toBe(410);
  expect((await bytesAt(fresh, pages[3] ?? ""))[1]).toContain("It was not ours");

  // The other way round, nothing is sent: both services and the folder agree.
  expect((await run(["publish", "."], first)).stdout).toBe("23 releases: 23 unchanged\n");
  expect((await run(["publish", "."], fresh)).stdout).toBe("23 releases: 23 unchanged\n");
});
