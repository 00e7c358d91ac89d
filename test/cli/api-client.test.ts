import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { ApiClient } from "../../src/cli/api-client.ts";

/** A service that refuses the first call with 429, and its client. */
async function busyService(retryAfter: string): Promise<{ client: ApiClient; calls: number[] }> {
  const calls: number[] = [];
  const server = createServer((_request, response) => {
    calls.push(Date.now());
    const headers = { "content-type": "application/json", "retry-after": retryAfter };
    const body = { code: "too-many-requests", title: "Too many requests", detail: "Wait." };
    if (calls.length > 1) response.end("{}");
    else response.writeHead(429, headers).end(JSON.stringify(body));
  });
  onTestFinished(() => void server.close());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { client: new ApiClient(new URL(`http://127.0.0.1:${port}`)), calls };
}

function reported(): string[] {
  const lines: string[] = [];
  const spy = vi.spyOn(process.stderr, "write").mockImplementation((line) => {
    lines.push(String(line));
    return true;
  });
  onTestFinished(() => spy.mockRestore());
  return lines;
}

test("a call waits as long as Retry-After says, and says so", async () => {
  const lines = reported();
  const { client, calls } = await busyService("1");
  expect(await client.send("POST", "/x")).toEqual({});
  expect(calls).toHaveLength(2);
  expect(calls[1]! - calls[0]!).toBeGreaterThanOrEqual(990);
  expect(lines).toEqual([
    expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+ is busy \(429\): trying again in 1 s\n$/),
  ]);
});

test.each(["3600", new Date(Date.now() + 3_700_000).toUTCString()])(
  "a call that would have to wait too long (%s) fails with the time to try again",
  async (retryAfter) => {
    const lines = reported();
    const { client, calls } = await busyService(retryAfter);
    await expect(client.send("POST", "/x")).rejects.toThrow(
      /answered 429 .*Wait\. \(try again in 6\d min, at \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\)/,
    );
    expect([calls.length, lines]).toEqual([1, []]);
  },
);

test("a server that takes the connection and is silent is called that, without a retry", async () => {
  let calls = 0;
  const server = createServer(() => {
    calls += 1;
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const client = new ApiClient(new URL(`http://127.0.0.1:${port}`));
  await expect(client.send("GET", "/x", { timeoutMs: 200 })).rejects.toThrow(
    "takes connections but does not answer: it is overloaded, or no communique service. Check --to",
  );
  expect(calls).toBe(1);
});
