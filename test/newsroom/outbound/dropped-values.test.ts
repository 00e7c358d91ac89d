import { expect, it } from "vitest";
import { send } from "../../support/service.ts";
import { subscribe } from "../../support/subscriptions.ts";

const registryOf = (...topics: string[]) => ({
  topics: topics.map((slug) => ({ slug, names: { en: slug } })),
});
const put = async (...topics: string[]) => {
  const answer = await send("PUT", "/api/v1/registry", registryOf(...topics));
  expect(answer.status).toBe(200);
  return (await answer.json<{ warnings?: unknown[] }>()).warnings;
};

it("a registry that drops a value on which subscriptions filter says so, with their number", async () => {
  expect(await put("csto", "osce", "un")).toBeUndefined();
  for (const filter of [{ topic: "csto" }, { topic: ["csto", "un"] }, { not: { topic: "osce" } }, {}]) {
    await subscribe({ filter });
  }
  // Not verified: its owner may never have wanted it.
  await subscribe({ filter: { topic: "un" }, verify: true });
  expect(await put("un")).toEqual([
    {
      path: "/topics",
      value: "csto",
      subscriptions: 2,
      message:
        "csto has left the registry, but 2 subscriptions filter on it; tell their owners, or add it again",
    },
    expect.objectContaining({ value: "osce", subscriptions: 1 }),
  ]);
  expect(await put("un")).toBeUndefined();
});
