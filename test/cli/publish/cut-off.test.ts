import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { folderWith, idIn, newContentFile } from "../support/content-folders.ts";
import { runCli, startCli } from "../support/run-cli.ts";
import { startService, TOKEN, type Service } from "../support/running-service.ts";

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.end());

/** Sends a request on to the service, and gives its answer to `take`. */
function forward(incoming: IncomingMessage, take: (answer: IncomingMessage) => void): void {
  const { method, headers } = incoming;
  incoming.pipe(request(`${service.url}${incoming.url}`, { method, headers }, take));
}

/** A proxy to the service that leaves its second batch of releases to `atSecond`. */
async function proxyWithSecondBatch(
  atSecond: (incoming: IncomingMessage, response: ServerResponse) => void,
): Promise<string> {
  let batches = 0;
  const proxy = createServer((incoming, response) => {
    if (incoming.method === "POST" && incoming.url === "/api/v1/releases" && ++batches === 2) {
      atSecond(incoming, response);
      return;
    }
    forward(incoming, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void proxy.close());
  await once(proxy, "listening");
  const address = proxy.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

const folderOf205 = (): Promise<string> =>
  folderWith(
    Object.fromEntries(Array.from({ length: 205 }, (_, index) => [`${index}.md`, newContentFile()])),
  );

test("a publish whose second batch is refused says how many releases it had sent", async () => {
  const folder = await folderOf205();
  const to = await proxyWithSecondBatch((incoming, response) => {
    incoming.resume();
    response.writeHead(409, { "content-type": "application/problem+json" });
    response.end(JSON.stringify({ title: "Conflict", status: 409, detail: "The disk is full." }));
  });
  const refused = await runCli(["publish", ".", "--to", to], {
    cwd: folder,
    env: { COMMUNIQUE_TOKEN: TOKEN },
  });
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain("The disk is full.");
  expect(refused.stderr).toContain("100 of 205 releases had been sent. Run the same command again");
});

test.each([
  ["before", "205 releases: 105 published, 100 unchanged\n"],
  ["after", "205 releases: 5 published, 200 unchanged\n"],
] as const)(
  "a publish that was killed %s its second batch continues with the same command",
  async (happens, counts) => {
    const folder = await folderOf205();
    const texts = async (): Promise<Map<string, string>> => {
      const names = await readdir(folder);
      return new Map(
        await Promise.all(
          names.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const),
        ),
      );
    };
    let atTheCut = new Map<string, string>();
    const cut = async (): Promise<void> => {
      atTheCut = await texts();
      cutOff.child.kill("SIGKILL");
      await cutOff.ended;
    };
    const to = await proxyWithSecondBatch((incoming, response) => {
      const end = (): void => void cut().then(() => response.destroy());
      if (happens === "before") end();
      // The service takes the batch, and its answer is dropped.
      else forward(incoming, (answer) => answer.resume().on("end", end));
    });
    const cutOff = startCli(["publish", ".", "--to", to], {
      cwd: folder,
      env: { COMMUNIQUE_TOKEN: TOKEN },
    });
    expect((await cutOff.ended).code).toBeNull();
    // Every file has its id before the first batch is sent.
    expect(new Set([...atTheCut.values()].map(idIn)).size).toBe(205);
    expect([...atTheCut.values()].map(idIn)).not.toContain("");

    const second = await runCli(["publish", ".", "--to", service.url], {
      cwd: folder,
      env: { COMMUNIQUE_TOKEN: TOKEN },
    });
    expect(second.code).toBe(0);
    expect(second.stdout.endsWith(counts)).toBe(true);
    expect(await texts()).toEqual(atTheCut);

    const editions = await Promise.all(
      [...atTheCut.values()].map(async (text) => {
        const answer = await fetch(`${service.url}/api/v1/releases/${idIn(text)}`, {
          headers: { authorization: `Bearer ${TOKEN}` },
        });
        return (await answer.json<{ edition: number }>()).edition;
      }),
    );
    expect(new Set(editions)).toEqual(new Set([1]));
  },
);
