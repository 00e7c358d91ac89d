import { once } from "node:events";
import { connect } from "node:net";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { createServer, request as forward } from "node:http";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { contentFile, folderWith, idIn } from "../support/content-folders.ts";
import { runCli, type Run } from "../support/run-cli.ts";
import { startService, TOKEN, type Service } from "../support/running-service.ts";

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.end());

function publish(folder: string, flags: string[] = [], to = service.url): Promise<Run> {
  return runCli(["publish", ".", "--to", to, ...flags], { cwd: folder, env: { COMMUNIQUE_TOKEN: TOKEN } });
}

const hashOf = (bytes: string | Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const pdf = (seed: string) => `%PDF-1.7\n${seed}`;

async function fetched(path: string): Promise<[status: number, text: string]> {
  const answer = await fetch(`${service.url}${path}`);
  return [answer.status, await answer.text()];
}

/** A port that forwards calls to the service, after `see` has seen each. */
async function proxy(see: (method: string, path: string) => "forward" | "cut"): Promise<string> {
  const server = createServer((incoming, response) => {
    if (see(incoming.method ?? "", incoming.url ?? "") === "cut") {
      incoming.socket.destroy();
      return;
    }
    const { method, headers } = incoming;
    const onward = forward(`${service.url}${incoming.url}`, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(onward);
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

test("files in fields and in the text are uploaded and shown, once", async () => {
  const seed = crypto.randomUUID();
  const fields =
    "attachments: [{ file: ../files/report.pdf, title: The report }]\nimage: { file: Դահլիճ.svg, alt: A hall }\n";
  const body =
    "See [page 2](../files/report.pdf#page=2) and ![](<a b.svg>).\n\n[x]: ../files/table.csv\n[The table][x]";
  const content = contentFile(fields, body);
  const svg = `<svg xmlns="x" viewBox="0 0 4 3"><!-- ${seed} --></svg>`;
  const folder = await folderWith({
    "2020/a.md": content,
    "2020/Դահլիճ.svg": svg,
    "2020/a b.svg": svg,
    "files/report.pdf": pdf(seed),
    "files/table.csv": `1;${seed}`,
  });
  const dry = await publish(folder, ["--dry-run"]);
  expect(dry.stderr).toBe("");
  expect(dry.stdout).toMatch(
    /^would be uploaded {4}3 files \(1 kB\)\nwould be published .*\n1 release: 1 published; /,
  );
  const [report, image, table] = [pdf(seed), svg, `1;${seed}`].map(hashOf);
  expect((await fetched(`/files/${report}/report.pdf`))[0]).toBe(404);

  const run = await publish(folder);
  expect(run.stderr).toBe("");
  expect(run.stdout).toMatch(/^uploaded {4}3 files \(1 kB\)\npublished .*\n1 release: 1 published\n$/);
  expect(await fetched(`/files/${report}/report.pdf`)).toEqual([200, pdf(seed)]);
  expect(await fetched(`/files/${image}/${encodeURIComponent("Դահլիճ")}.svg`)).toEqual([200, svg]);
  expect(await fetched(`/files/${image}/a%20b.svg`)).toEqual([200, svg]);
  expect(await fetched(`/files/${table}/table.csv`)).toEqual([200, `1;${seed}`]);
  const [, json] = await fetched(`/api/v1/releases/${idIn(content)}`);
  const release = JSON.parse(json) as { content: { html: string }; attachments: unknown[]; image: object };
  expect(release.content.html).toContain(`/files/${report}/report.pdf#page=2"`);
  expect(release.attachments).toMatchObject([
    { title: "The report", type: "application/pdf", size: pdf(seed).length, sha256: report },
  ]);
  expect(release.image).toMatchObject({ alt: "A hall", type: "image/svg+xml", width: 4, height: 3 });

  expect(await publish(folder)).toEqual({ code: 0, stdout: "1 release: 1 unchanged\n", stderr: "" });
  // Another file under the same name is another edition.
  await writeFile(join(folder, "files/report.pdf"), pdf(`${seed} corrected`));
  const unsaid = await publish(folder);
  expect([unsaid.code, unsaid.stderr]).toEqual([1, expect.stringContaining("change: is required")]);
  expect((await fetched(`/files/${hashOf(pdf(`${seed} corrected`))}/report.pdf`))[0]).toBe(404);
  await writeFile(join(folder, "2020/a.md"), content.replace("---\n\n", "change: minor\n---\n\n"));
  expect((await publish(folder)).stdout).toMatch(/^uploaded {4}1 file \(1 kB\)\nedition 2 /);
});

test("an upload that was cut off continues with the files that are missing", async () => {
  const seed = crypto.randomUUID();
  const content = contentFile("attachments: [{ file: 1.txt }, { file: 2.txt }, { file: 3.txt }]\n");
  const folder = await folderWith({
    "a.md": content,
    ...Object.fromEntries(["1", "2", "3"].map((name) => [`${name}.txt`, `${seed} ${name}`])),
  });
  const uploaded: string[] = [];
  let isBroken = true;
  const to = await proxy((method, path) => {
    if (method !== "PUT") return "forward";
    if (isBroken && uploaded.length === 1) return "cut";
    uploaded.push(path);
    return "forward";
  });
  const first = await publish(folder, [], to);
  expect(first.code).toBe(1);
  expect(first.stderr).toMatch(
    /^2\.txt: No service answers at .*\n1 of 3 files had been uploaded, and no release was sent\. /,
  );
  expect((await fetched(`/api/v1/releases/${idIn(content)}`))[0]).toBe(404);
  isBroken = false;
  const second = await publish(folder, [], to);
  expect(second.stdout).toMatch(/^uploaded {4}2 files /);
  expect(uploaded).toEqual([1, 2, 3].map((name) => `/api/v1/files/${hashOf(`${seed} ${name}`)}`));
});

test("the service stores nothing of a body that breaks off, and answers the next one", async () => {
  const bytes = pdf(crypto.randomUUID());
  const path = `/api/v1/files/${hashOf(bytes)}`;
  const { hostname, port } = new URL(service.url);
  const head = (length: number) =>
    `PUT ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer ${TOKEN}\r\ncontent-length: ${length}\r\n\r\n`;
  const sent = async (text: string): Promise<string> => {
    const socket = connect(Number(port), hostname).setEncoding("latin1");
    // Half-closed, so that an answer can still arrive.
    socket.end(text, "latin1");
    let answer = "";
    for await (const part of socket) answer += part;
    return answer;
  };
  expect(await sent(head(bytes.length + 1) + bytes)).toMatch(/^(?:$|HTTP\/1\.1 400 [^]*"malformed-body")/);
  const state = await fetch(`${service.url}${path}`, { headers: { authorization: `Bearer ${TOKEN}` } });
  expect(state.status).toBe(404);
  expect(await sent(head(bytes.length) + bytes)).toMatch(/^HTTP\/1\.1 201 /);
});

test("a missing file stops a publish, with its line; nothing is uploaded or sent", async () => {
  const content = contentFile("attachments: [{ file: here.txt }, { file: missing.txt }]\n");
  const folder = await folderWith({ "a.md": content, "here.txt": crypto.randomUUID() });
  let calls = 0;
  const to = await proxy(() => {
    calls += 1;
    return "forward";
  });
  const run = await publish(folder, [], to);
  expect([run.code, calls]).toEqual([1, 0]);
  expect(run.stderr).toContain("a.md:8: attachments/1/file: there is no missing.txt");
  await rm(join(folder, "here.txt"));
  await mkdir(join(folder, "here.txt"));
  expect((await publish(folder)).stderr).toContain("a.md:8: attachments/0/file: here.txt is a folder");
});

test("a file of an embargoed release is uploaded and stays unseen", async () => {
  const seed = crypto.randomUUID();
  const content = contentFile("embargo: 2099-01-01T00:00:00Z\n", "[Report](report.pdf)");
  const folder = await folderWith({ "a.md": content, "report.pdf": pdf(seed) });
  expect((await publish(folder)).stdout).toMatch(/^uploaded {4}1 file \(1 kB\)\nembargoed /);
  expect((await fetched(`/files/${hashOf(pdf(seed))}/report.pdf`))[0]).toBe(404);
});
