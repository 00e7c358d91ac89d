import { afterAll, beforeAll, expect, test } from "vitest";
import { runCli } from "./support/run-cli.ts";
import { type Service, startService, TOKEN } from "./support/running-service.ts";

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.end());

const run = (...words: string[]) =>
  runCli([...words, "--to", service.url], { env: { COMMUNIQUE_TOKEN: TOKEN } });

test("reseal says when the first key opens all secrets", async () => {
  expect(await run("reseal")).toMatchObject({
    code: 0,
    stdout: "0 subscriptions sealed again: the first key of SECRETS_KEY opens all secrets.\n",
  });
});

test("a new token replaces that of a subscription, and the former one stops", async () => {
  const response = await fetch(`${service.url}/api/v1/subscriptions`, {
    method: "POST",
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({ url: "http://127.0.0.1:9/hook", verify: false }),
  });
  const made = await response.json<{ id: string; token: string }>();
  const rotated = await run("subscriptions", made.id, "--rotate-token");
  expect(rotated.code).toBe(0);
  const [, token = ""] = /^token +(\S+)$/m.exec(rotated.stdout) ?? [];
  const statusWith = async (given: string) =>
    (
      await fetch(`${service.url}/api/v1/subscriptions/${made.id}`, {
        headers: { authorization: `Bearer ${given}` },
      })
    ).status;
  expect([await statusWith(made.token), await statusWith(token)]).toEqual([401, 200]);
});
