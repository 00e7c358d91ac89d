import { expect, it } from "vitest";
import {
  act,
  ADMIN,
  kvBody,
  newsroomLater,
  publish,
  release,
  request,
  settled,
} from "../../support/service.ts";

const SECRET = { title: "The secret summit", body: "They meet in *Dilijan*." };

function embargoed(seconds = 3_600): ReturnType<typeof release> {
  const embargo = new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+/, "");
  return release({ ...SECRET, embargo });
}

const everyone: [string, Record<string, string>][] = [
  ["nobody", {}],
  ["a wrong token", { authorization: "Bearer wrong" }],
  ["an empty token", { authorization: "" }],
];

it("the admin reads the page of a release under embargo, marked as such, and no cache keeps it", async () => {
  const body = embargoed();
  await publish(body);
  const path = `/en/releases/${String(body["slug"])}`;
  const answer = await request(path, { headers: ADMIN });
  expect(answer.status).toBe(200);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "content-type": "text/html; charset=utf-8",
    "cache-control": "private, no-store",
    vary: "Authorization",
    "content-security-policy": expect.stringContaining("default-src 'none'"),
  });
  expect(answer.headers.has("etag")).toBe(false);
  const html = await answer.text();
  expect(html).toContain("<h1>The secret summit</h1>");
  expect(html).toContain("They meet in <em>Dilijan</em>.");
  expect(html).toContain(`Under embargo until ${String(body["embargo"])}.`);
  expect((await request(path, { method: "HEAD", headers: ADMIN })).status).toBe(200);

  await settled();
  expect(await kvBody(path)).toBeNull();
  const nowhere = await request("/en/releases/nowhere-at-all");
  for (const [who, headers] of everyone) {
    const refused = await request(path, { headers });
    const text = (await refused.text()).replaceAll(path, "/en/releases/nowhere-at-all");
    expect([who, refused.status, text], who).toEqual([who, 404, await nowhere.clone().text()]);
    expect([...refused.headers]).toEqual([...nowhere.headers]);
  }
});

it("once the embargo has ended, the admin reads the page that everybody reads", async () => {
  const body = embargoed(60);
  await publish(body);
  const path = `/en/releases/${String(body["slug"])}`;
  // Not asked for before: memory keeps what was not there for half a second.
  await newsroomLater(120);
  const html = await (await request(path, { headers: ADMIN })).text();
  expect(html).toContain("<h1>The secret summit</h1>");
  expect(html).not.toContain("Under embargo until");
});

it("a release that was killed under its embargo has no page, and no other path shows one under embargo", async () => {
  const body = embargoed();
  await publish(body);
  const slug = String(body["slug"]);
  for (const path of [`/hy/releases/${slug}`, `/en/releases/${slug}/`, `/r/${body.id}`]) {
    const answer = await request(path, { headers: ADMIN });
    expect([path, await answer.text()]).not.toEqual([path, expect.stringContaining("Dilijan")]);
  }
  await act("kill", body.id);
  expect((await request(`/en/releases/${slug}`, { headers: ADMIN })).status).toBe(404);
});
