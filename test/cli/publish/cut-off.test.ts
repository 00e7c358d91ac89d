import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createServer, request } from "node:http";
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

/**
 * A proxy to the service that cuts the connection at its second batch of releases.
 *
 * @param happens before the service gets the batch, or after its answer, which is dropped
 */
async function proxyThatCuts(happens: "before" | "after", cut: () => Promise<void>): Promise<string> {
  let batches = 0;
  const proxy = createServer((incoming, response) => {
    const isSecond = incoming.method === "POST" && incoming.url === "/api/v1/releases" && ++batches === 2;
    const forward = (): void => {
      const { method, headers } = incoming;
      const onward = request(`${service.url}${incoming.url}`, { method, headers }, (answer) => {
        if (isSecond) {
          answer.resume().on("end", () => void cut().then(() => response.destroy()));
          return;
        }
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      incoming.pipe(onward);
    };
    if (isSecond && happens === "before") void cut().then(() => response.destroy());
    else forward();
  }).listen(0, "127.0.0.1");
  onTestFinished(() => void proxy.close());
  await once(proxy, "listening");
  const address = proxy.address();
  return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}

test.each([
  ["before", "205 releases: 105 published, 100 unchanged\n"],
  ["after", "205 releases: 5 published, 200 unchanged\n"],
] as const)(
  "a publish that was killed %s its second batch continues with the same command",
  async (happens, counts) => {
    const files = Array.from({ length: 205 }, (_, index) => [`${index}.md`, newContentFile()] as const);
    const folder = await folderWith(Object.fromEntries(files));
    const texts = async (): Promise<Map<string, string>> => {
      const names = await readdir(folder);
      return new Map(
        await Promise.all(
          names.map(async (name) => [name, await readFile(join(folder, name), "utf8")] as const),
        ),
      );
    };
    let atTheCut = new Map<string, string>();
    const to = await proxyThatCuts(happens, async () => {
      atTheCut = await texts();
      cutOff.child.kill("SIGKILL");
      await cutOff.ended;
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
