import { describe, expect, it } from "vitest";
import { ADMIN, type ProblemJson, publish, put, release, request, send } from "../support/service.ts";
import { subscribe } from "../support/subscriptions.ts";

const said = async (answer: Response) => [answer.status, (await answer.json<ProblemJson>()).code];

describe("If-None-Match: * on PUT /releases/ID", () => {
  it("publishes a new release and refuses one that exists", async () => {
    const text = release();
    expect((await put(text, { "if-none-match": "*" })).status).toBe(201);
    const changed = { ...text, body: "Another.", change: "major", note: "All" };
    expect(await said(await put(changed, { "if-none-match": "*" }))).toEqual([412, "edition-mismatch"]);
    const other = { "if-none-match": '"1"' };
    expect(await said(await put(changed, other))).toEqual([400, "malformed-if-match"]);
    const both = { "if-none-match": "*", "if-match": '"1"' };
    expect(await said(await put(changed, both))).toEqual([400, "malformed-if-match"]);
    expect((await put(changed, { "if-match": '"1"' })).status).toBe(200);
  });
});

describe("a condition on a call that cannot keep it", () => {
  it.each([["if-match"], ["if-none-match"], ["if-unmodified-since"]])(
    "is refused, and nothing changes: %s",
    async (name) => {
      const text = release();
      await publish(text);
      const { id } = await subscribe();
      const headers = { [name]: '"1"' };
      const calls: [string, string, unknown][] = [
        [
          "POST",
          "/api/v1/releases",
          { releases: [{ ...text, title: "Other", change: "minor", reallyMinor: true }] },
        ],
        ["POST", `/api/v1/releases/${text.id}/withdraw`, { reason: "Wrong" }],
        ["POST", `/api/v1/releases/${text.id}/kill`, { reason: "Wrong" }],
        ["PUT", "/api/v1/registry", {}],
        ["PATCH", `/api/v1/subscriptions/${id}`, { description: "Desk" }],
        ["DELETE", `/api/v1/subscriptions/${id}`, undefined],
        ["POST", `/api/v1/subscriptions/${id}/pause`, undefined],
      ];
      for (const [method, path, body] of calls) {
        const answer = await send(method, path, body, headers);
        expect(await said(answer), `${method} ${path}`).toEqual([400, "unsupported-condition"]);
      }
      const { edition, status } = await (
        await request(`/api/v1/releases/${text.id}`)
      ).json<{ edition: number; status: string }>();
      expect([edition, status]).toEqual([1, "published"]);
      const view = await request(`/api/v1/subscriptions/${id}`, { headers: ADMIN });
      expect(await view.json()).toMatchObject({ status: "active" });
    },
  );
});
