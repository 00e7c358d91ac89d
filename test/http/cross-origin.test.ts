import { describe, expect, it } from "vitest";
import { publish, release, request } from "../support/service.ts";

const origin = (answer: Response) => answer.headers.get("access-control-allow-origin");

describe("what everybody may read", () => {
  it("is open to scripts of other sites, refusals included", async () => {
    const { id } = await publish(release());
    for (const [path, status] of [
      ["/releases?limit=0", 422],
      ["/releases", 200],
      [`/releases/${id}`, 200],
      ["/releases/nothing", 404],
      [`/releases/${id}/editions/99`, 404],
      [`/releases/${id}/editions/1/diff/99`, 404],
      ["/events?after=999999", 422],
      ["/events?limit=0", 422],
      ["/events/stream?after=999999", 422],
      ["/events/sample", 200],
      ["/registry", 200],
    ] as const) {
      const answer = await request(`/api/v1${path}`, { headers: { origin: "https://page.example" } });
      expect([path, answer.status, origin(answer)]).toEqual([path, status, "*"]);
      const head = await request(`/api/v1${path}`, { method: "HEAD" });
      if (!path.includes("stream")) expect([path, head.status, origin(head)]).toEqual([path, status, "*"]);
    }
  });

  it("answers the preflight of a browser", async () => {
    for (const path of ["/releases", "/releases/x", "/releases/x/editions/1", "/events", "/registry"]) {
      const answer = await request(`/api/v1${path}`, { method: "OPTIONS" });
      expect([path, answer.status, origin(answer)]).toEqual([path, 204, "*"]);
      expect(answer.headers.get("access-control-allow-methods")).toBe("GET, HEAD");
    }
  });

  it("does not open what needs a token", async () => {
    for (const path of ["/subscriptions", "/subscriptions/sub_x", "/subscriptions/sub_x/deliveries"]) {
      const answer = await request(`/api/v1${path}`, { headers: { origin: "https://page.example" } });
      expect([answer.status, origin(answer)]).toEqual([401, null]);
    }
  });

  it("names HEAD beside GET in Allow", async () => {
    const answer = await request("/api/v1/events", { method: "DELETE" });
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    const both = await request("/api/v1/registry", { method: "DELETE" });
    expect(both.headers.get("allow")).toBe("GET, HEAD, PUT");
  });
});
