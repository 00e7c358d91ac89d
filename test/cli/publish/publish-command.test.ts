import { readFile, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { createServer, request, type ServerResponse } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { contentFile, folderWith, idIn } from "../support/content-folders.ts";
import { runCli, type Run } from "../support/run-cli.ts";
import { startService, TOKEN, type Service } from "../support/running-service.ts";

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.end());

function publish(folder: string, flags: string[] = [], to = service.url, token = TOKEN): Promise<Run> {
  return runCli(["publish", ".", "--to", to, ...flags], { cwd: folder, env: { COMMUNIQUE_TOKEN: token } });
}

async function statusOf(id: string): Promise<number> {
  return (await fetch(`${service.url}/api/v1/releases/${id}`)).status;
}

test("publishing a folder twice publishes it once", async () => {
  const folder = await folderWith({ "2020/a.md": contentFile(), "b.md": contentFile() });
  const first = await publish(folder);
  expect(first.code).toBe(0);
  expect(first.stdout).toMatch(
    /^published +\S+\/en\/releases\/session-\d+ {2}\(2020\/a\.md\)\npublished .*\n2 releases: 2 published\n$/,
  );
  // Progress is for terminals, and for work that takes long.
  expect(first.stderr).toBe("");
  expect(await publish(folder)).toMatchObject({ code: 0, stdout: "2 releases: 2 unchanged\n" });
});

test("what is taken out of a text is named, with its line, when it is published", async () => {
  const content = contentFile().replace("It was", '<video src="https://v.example/a.mp4"></video>\n\nIt was');
  const folder = await folderWith({ "a.md": content });
  const line = content.split("\n").findIndex((text) => text.includes("<video")) + 1;
  const warning = `a.md:${line}: body: <video> is taken out; a link to https://v.example/a.mp4 stays\n`;
  expect((await publish(folder, ["--dry-run"])).stderr).toContain(warning);
  expect((await publish(folder)).stderr).toContain(warning);
});

test("a changed file becomes a new edition", async () => {
  const content = contentFile();
  const folder = await folderWith({ "a.md": content });
  await publish(folder);
  await writeFile(
    join(folder, "a.md"),
    content.replace("---\n\nIt was", "change: major\nnote: A word\n---\n\nIt has been"),
  );
  const second = await publish(folder);
  expect(second.stdout).toMatch(
    /^edition 2 +\S+ {2}\(a\.md\) {2}major: 0 subscriptions will be notified\n1 release: 1 with a new edition\n$/,
  );
});

test("an embargoed release is reported as embargoed", async () => {
  const folder = await folderWith({ "a.md": contentFile("embargo: 2099-01-01T00:00:00Z\n") });
  expect((await publish(folder)).stdout).toMatch(/^embargoed +\S+ {2}\(a\.md\)\n1 release: 1 embargoed\n$/);
});

test("a new file gets its id and slug, and keeps every other byte", async () => {
  const rest = `lang: en\r\ntype: statement\r\ntitle: "Նոր  լուր" # as it came\r\ndate: 2020-12-01\r\n---\r\n\r\nText.\r\n`;
  const folder = await folderWith({ "a.md": `\uFEFF---\r\n${rest}` });
  expect((await publish(folder)).code).toBe(0);
  const completed = await readFile(join(folder, "a.md"), "utf8");
  expect(completed).toMatch(new RegExp(`^\uFEFF---\r\nid: [0-9a-f-]{36}\r\nslug: nor-lur\r\n`));
  expect(completed.endsWith(rest)).toBe(true);
  expect(await statusOf(idIn(completed))).toBe(200);
  expect(await publish(folder)).toMatchObject({ stdout: "1 release: 1 unchanged\n" });
});

test("--dry-run lets the service check, and changes nothing", async () => {
  const content = contentFile();
  const fresh = contentFile().replace(/id: .*\n/, "");
  const folder = await folderWith({ "a.md": content, "b.md": fresh });
  const run = await publish(folder, ["--dry-run"]);
  expect(run.code).toBe(0);
  expect(run.stdout).toContain("2 releases: 2 published; nothing was published");
  expect(await statusOf(idIn(content))).toBe(404);
  expect(await readFile(join(folder, "b.md"), "utf8")).toBe(fresh);
});

test("with faults in some files nothing is published, not even the valid file", async () => {
  const valid = contentFile();
  const folder = await folderWith({
    "a.md": contentFile().replace("2020-12-01", "1.12.2020"),
    "b.md": contentFile("topics: [Wrong]\n"),
    "c.md": contentFile("", ""),
    "d.md": valid,
  });
  const run = await publish(folder);
  expect(run.code).toBe(1);
  expect(
    run.stderr
      .trim()
      .split("\n")
      .map((line) => line.split(": ").slice(0, 2).join(": ")),
  ).toEqual(["a.md:7: date", "b.md:8: topics/0", "c.md:10: body", "3 faults in 3 files: nothing was sent"]);
  expect(await statusOf(idIn(valid))).toBe(404);
});

test("a fault that only the service finds is reported with file and line, and nothing is published", async () => {
  const held = contentFile();
  await publish(await folderWith({ "held.md": held }));
  const taken = contentFile().replace(/slug: .*/, /slug: .*/.exec(held)?.[0] ?? "");
  const incomplete = contentFile().replace(/id: .*\n/, "");
  const many = Object.fromEntries(
    Array.from({ length: 120 }, (_, index) => [`many/${index}.md`, contentFile()]),
  );
  const folder = await folderWith({
    ...many,
    "z.md": taken.replace("2020-12-01", "2021-12-01"),
    "incomplete.md": incomplete,
  });
  const run = await publish(folder);
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/^z\.md:4: slug: /m);
  expect(run.stderr).toContain("1 fault in 1 file: nothing was published");
  expect(await statusOf(idIn(many["many/0.md"] ?? ""))).toBe(404);
  expect(await readFile(join(folder, "incomplete.md"), "utf8")).toBe(incomplete);
});

test("a wrong token is refused with a remedy", async () => {
  const run = await publish(await folderWith({ "a.md": contentFile() }), [], service.url, "wrong");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain(
    "does not accept this admin token: the one in COMMUNIQUE_TOKEN is not its ADMIN_TOKEN",
  );
});

test("an empty folder publishes nothing", async () => {
  expect(await publish(await folderWith({}))).toMatchObject({
    code: 0,
    stdout: ". holds no releases: nothing to publish.\n",
  });
});

test("broken connections and temporary failures are retried, and nothing is published twice", async () => {
  const troubles: ((response: ServerResponse) => void)[] = [
    (response) => response.writeHead(503).end(),
    (response) => response.destroy(),
    (response) => response.writeHead(502).end("Bad gateway"),
  ];
  // Every other call fails, after the service has done its work.
  let calls = 0;
  const proxy = createServer((incoming, response) => {
    calls += 1;
    const trouble = calls % 2 === 1 ? troubles.shift() : undefined;
    const onward = request(
      `${service.url}${incoming.url}`,
      { method: incoming.method, headers: incoming.headers },
      (answer) => {
        if (trouble !== undefined) {
          trouble(response);
          answer.resume();
          return;
        }
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    incoming.pipe(onward);
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void proxy.close());
  await once(proxy, "listening");
  const address = proxy.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;

  const content = contentFile();
  const folder = await folderWith({ "a.md": content });
  expect(await publish(folder, [], `http://127.0.0.1:${port}`)).toMatchObject({ code: 0 });
  expect(await publish(folder)).toMatchObject({ stdout: "1 release: 1 unchanged\n" });
  expect(calls).toBeGreaterThan(3);
});

test("a server that is not a communique service is refused with a remedy", async () => {
  const other = createServer(
    (_, response) => void response.writeHead(404, { "content-type": "text/html" }).end("<h1>Not found</h1>"),
  );
  other.listen(0, "127.0.0.1");
  onTestFinished(() => void other.close());
  await once(other, "listening");
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const run = await publish(await folderWith({ "a.md": contentFile() }), [], `http://127.0.0.1:${port}`);
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("check --to");
});
