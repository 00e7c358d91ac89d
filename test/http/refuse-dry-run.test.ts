import { describe, expect, it } from "vitest";
import { EMPTY_REGISTRY } from "../../src/domain/registry.ts";
import { ledgerRows, type ProblemJson, publish, release, send, settled } from "../support/service.ts";
import { arrivals, own, subscribe, viewOf } from "../support/subscriptions.ts";

const refusalOf = async (response: Response) => [response.status, (await response.json<ProblemJson>()).code];
const REFUSED = [400, "dry-run-unsupported"];

describe("a write without a dry run refuses the parameter and changes nothing:", () => {
  it.each(["dryRun=true", "dryRun=false", "dryrun", "DRYRUN=1"])(
    "actions on a release (%s)",
    async (query) => {
      const text = release();
      await publish(text);
      for (const action of ["withdraw", "kill", "reinstate"]) {
        const response = await send("POST", `/api/v1/releases/${text.id}/${action}?${query}`, {
          reason: "A try",
        });
        expect(await refusalOf(response)).toEqual(REFUSED);
      }
      const rows = await ledgerRows<{ status: string }>(
        `SELECT status FROM releases WHERE id = '${text.id}'`,
      );
      expect(rows).toEqual([{ status: "published" }]);
    },
  );

  it("the registry, and the service as a whole", async () => {
    for (const [method, path, body] of [
      ["PUT", "/api/v1/registry", EMPTY_REGISTRY],
      ["POST", "/api/v1/rebuild", undefined],
      ["POST", "/api/v1/reseal", undefined],
    ] as const) {
      expect(await refusalOf(await send(method, `${path}?dryRun=true`, body))).toEqual(REFUSED);
    }
    expect(await ledgerRows("SELECT * FROM marks WHERE name = 'registry'")).toEqual([]);
  });

  it("subscriptions", async () => {
    const made = await subscribe();
    const count = async () => (await ledgerRows("SELECT id FROM subscriptions")).length;
    const before = await count();
    const create = await send("POST", "/api/v1/subscriptions?dryRun=true", {
      url: made.endpoint,
      verify: false,
    });
    expect(await refusalOf(create)).toEqual(REFUSED);
    for (const [path, method] of [
      ["", "DELETE"],
      ["", "PATCH"],
      ["/pause", "POST"],
      ["/test", "POST"],
      ["/rotate-token", "POST"],
    ] as const) {
      const body = method === "PATCH" ? { description: "Changed" } : undefined;
      expect(await refusalOf(await own(made, `${path}?dryRun=true`, method, body))).toEqual(REFUSED);
    }
    expect(await viewOf(made)).toMatchObject({ status: "active" });
    expect(await viewOf(made)).not.toHaveProperty("description");
    expect([await count(), await arrivals(made)]).toEqual([before, []]);
  });
});

it("a publish has a dry run, and a read ignores the parameter", async () => {
  const text = release();
  expect((await send("PUT", `/api/v1/releases/${text.id}?dryRun=true`, text)).status).toBe(201);
  expect(await ledgerRows(`SELECT * FROM releases WHERE id = '${text.id}'`)).toEqual([]);
  await publish(text);
  await settled();
  expect((await send("GET", `/api/v1/releases/${text.id}?dryRun=true`, undefined)).status).toBe(200);
});
