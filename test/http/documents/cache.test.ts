import { expect, it } from "vitest";
import { ADMIN, publish, put, release, request, settled } from "../../support/service.ts";

const read = (path: string, headers: Record<string, string> = {}) => request(path, { headers });

it("the memory of an isolate never answers the admin, and keeps nothing of what the admin reads", async () => {
  const text = release();
  await publish(text);
  await settled();
  for (const path of [`/api/v1/releases/${text.id}`, "/api/v1/registry"]) {
    for (let round = 0; round < 2; round += 1) {
      const publicly = await read(path);
      expect(publicly.headers.get("cache-control")).toMatch(/^public/);
      expect(publicly.headers.get("vary")).toContain("Authorization");
      expect(publicly.headers.get("etag")).toMatch(/^W\//);
      const privately = await read(path, ADMIN);
      expect(privately.headers.get("cache-control")).toBe("private, no-store");
      expect(privately.headers.get("vary")).toBe("Authorization");
      await Promise.all([publicly.text(), privately.text()]);
    }
    // A wrong token gets the public answer, and does not put it in front of the admin.
    const wrong = await read(path, { authorization: "Bearer wrong" });
    expect(wrong.headers.get("cache-control")).toMatch(/^public/);
    expect((await read(path, ADMIN)).headers.get("cache-control")).toBe("private, no-store");
  }
});

it("If-Match takes the ETag that the admin reads, also after a stranger has read the release", async () => {
  const text = release();
  await publish(text);
  await settled();
  const path = `/api/v1/releases/${text.id}`;
  await (await read(path)).text();
  const etag = (await read(path, ADMIN)).headers.get("etag") ?? "";
  expect(etag).toBe('"1"');
  const changed = { ...text, title: "Another", change: "minor", reallyMinor: true };
  expect((await put(changed, { "if-match": etag })).status).toBe(200);
});
