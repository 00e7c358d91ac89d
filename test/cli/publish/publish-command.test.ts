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

test("what a folder holds is published, once however often it is asked", async () => {
  const folder = await folderWith({ "2020/a.md": contentFile(), "b.md": contentFile() });
  const first = await publish(folder);
  expect(first.code).toBe(0);
  expect(first.stdout).toMatch(
    /^published +\S+\/en\/releases\/session-\d+ {2}\(2020\/a\.md\)\npublished .*\n2 releases: 2 published\n$/,
  );
  expect(await publish(folder)).toMatchObject({ code: 0, stdout: "2 releases: 2 unchanged\n" });
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
  expect(second.stdout).toMatch(/^edition 2 +\S+ {2}\(a\.md\)\n1 release: 1 with a new edition\n$/);
});

test("an embargoed release is said to be embargoed", async () => {
  const folder = await folderWith({ "a.md": contentFile("embargo: 2099-01-01T00:00:00Z\n") });
  expect((await publish(folder)).stdout).toMatch(/^embargoed +\S+ {2}\(a\.md\)\n1 release: 1 embargoed\n$/);
});

test("a new file is given its id and slug first, and keeps every other byte", async () => {
  const rest = `lang: en\r\ntype: statement\r\ntitle: "Նոր  լուր" # as it came\r\ndate: 2020-12-01\r\n---\r\n\r\nText.\r\n`;
  const folder = await folderWith({ "a.md": `\uFEFF---\r\n${rest}` });
  expect((await publish(folder)).code).toBe(0);
  const stamped = await readFile(join(folder, "a.md"), "utf8");
  expect(stamped).toMatch(new RegExp(`^\uFEFF---\r\nid: [0-9a-f-]{36}\r\nslug: nor-lur\r\n`));
  expect(stamped.endsWith(rest)).toBe(true);
  expect(await statusOf(idIn(stamped))).toBe(200);
  expect(await publish(folder)).toMatchObject({ stdout: "1 release: 1 unchanged\n" });
});

test("--dry-run has the service dryRun, and changes nothing anywhere", async () => {
  const content = contentFile();
  const fresh = contentFile().replace(/id: .*\n/, "");
  const folder = await folderWith({ "a.md": content, "b.md": fresh });
  const run = await publish(folder, ["--dry-run"]);
  expect(run.code).toBe(0);
  expect(run.stdout).toContain("2 releases: 2 published; nothing was published");
  expect(await statusOf(idIn(content))).toBe(404);
  expect(await readFile(join(folder, "b.md"), "utf8")).toBe(fresh);
});

test("three faulty files get one report, and not even the sound one is published", async () => {
  const sound = contentFile();
  const folder = await folderWith({
    "a.md": contentFile().replace("2020-12-01", "1.12.2020"),
    "b.md": contentFile("topics: [Wrong]\n"),
    "c.md": contentFile("", ""),
    "d.md": sound,
  });
  const run = await publish(folder);
  expect(run.code).toBe(1);
  expect(
    run.stderr
      .trim()
      .split("\n")
      .map((line) => line.split(": ").slice(0, 2).join(": ")),
  ).toEqual(["a.md:7: date", "b.md:8: topics/0", "c.md:10: body", "3 faults in 3 files: nothing was sent"]);
  expect(await statusOf(idIn(sound))).toBe(404);
});

test("a fault that only the service can see is named by file and line, and nothing is published", async () => {
  const held = contentFile();
  await publish(await folderWith({ "held.md": held }));
  const taken = contentFile().replace(/slug: .*/, /slug: .*/.exec(held)?.[0] ?? "");
  const unstamped = contentFile().replace(/id: .*\n/, "");
  const many = Object.fromEntries(
    Array.from({ length: 120 }, (_, index) => [`many/${index}.md`, contentFile()]),
  );
  const folder = await folderWith({
    ...many,
    "z.md": taken.replace("2020-12-01", "2021-12-01"),
    "unstamped.md": unstamped,
  });
  const run = await publish(folder);
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/^z\.md:4: slug: /m);
  expect(run.stderr).toContain("1 fault in 1 file: nothing was published");
  expect(await statusOf(idIn(many["many/0.md"] ?? ""))).toBe(404);
  expect(await readFile(join(folder, "unstamped.md"), "utf8")).toBe(unstamped);
});

test("a wrong token is refused, with how to give the right one", async () => {
  const run = await publish(await folderWith({ "a.md": contentFile() }), [], service.url, "wrong");
  expect(run.code).toBe(1);
  expect(run.stderr).toContain("wants the admin token: set COMMUNIQUE_TOKEN");
});

test("an empty folder is nothing to publish", async () => {
  expect(await publish(await folderWith({}))).toMatchObject({
    code: 0,
    stdout: ". holds no release: nothing to publish.\n",
  });
});

test("a line that breaks, and a service that is busy, are tried again, and nothing is published twice", async () => {
  const troubles: ((response: ServerResponse) => void)[] = [
    (response) => response.writeHead(503).end(),
    (response) => response.destroy(),
    (response) => response.writeHead(502).end("Bad gateway"),
  ];
  // Every other call goes wrong; half of those after the service has done what it was asked.
  let calls = 0;
  const line = createServer((incoming, response) => {
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
  onTestFinished(() => void line.close());
  await once(line, "listening");
  const address = line.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;

  const content = contentFile();
  const folder = await folderWith({ "a.md": content });
  expect(await publish(folder, [], `http://127.0.0.1:${port}`)).toMatchObject({ code: 0 });
  expect(await publish(folder)).toMatchObject({ stdout: "1 release: 1 unchanged\n" });
  expect(calls).toBeGreaterThan(3);
});

test("what answers but is no such service is said to be none", async () => {
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
  expect(run.stderr).toContain("is --to right?");
});
