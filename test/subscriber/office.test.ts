import { describe, expect, it } from "vitest";
import { ADMIN, release, request, subscriberIdle } from "../service.ts";
import { deliveries, endpoint, own, publishTo, subscribe, viewOf } from "../subscriptions.ts";

describe("operational events", () => {
  it("are not about the subscription that gets them", async () => {
    const office = await subscribe({
      url: endpoint("410"),
      events: ["operational", "release.published"],
    });
    await publishTo([office], release());
    await subscriberIdle(office.id);
    expect((await viewOf(office)).status).toBe("disabled");
    expect((await deliveries(office)).map(({ type }) => type)).toEqual(["release.published"]);
  });

  it("are for the office alone", async () => {
    const ask = (headers: Record<string, string>) =>
      request("/api/v1/subscriptions", {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ url: endpoint("500"), events: ["operational"] }),
      });
    expect((await ask({})).status).toBe(401);
    expect((await ask(ADMIN)).status).toBe(201);
    const made = await subscribe();
    expect((await own(made, "", "PATCH", { events: ["operational"] })).status).toBe(401);
  });
});
