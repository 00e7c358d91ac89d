import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import {
  act,
  type Answer,
  kvBody,
  ledgerRows,
  newsroomLater,
  type ProblemJson,
  publish,
  put,
  release,
  request,
  settled,
} from "../../support/service.ts";
import { arrivals, eventOf, publishTo, subscribe } from "../../support/subscriptions.ts";

const RETRACTED = { status: "withdrawn", reason: "The date was wrong" };
const OLD = { date: "2020-12-01" };

async function eventsOf(id: string): Promise<string[]> {
  await settled();
  const rows = await ledgerRows<{ type: string }>(
    `SELECT type FROM events WHERE release = '${id}' ORDER BY sequence`,
  );
  return rows.map(({ type }) => type);
}

describe("a release whose file says that it is withdrawn or killed", () => {
  it("is withdrawn from the start on a service that never had it, and nobody is sent its text", async () => {
    const made = await subscribe();
    const text = release({ ...OLD, ...RETRACTED, updated: "2021-03-04T05:06:07Z" });
    expect(await publish(text)).toMatchObject({ status: "withdrawn", edition: 1, changed: true });
    expect(await eventsOf(text.id)).toEqual(["release.withdrawn"]);
    const after = release();
    await publishTo([made], after);
    expect((await arrivals(made)).map(eventOf).map(({ data }) => data.release.id)).toEqual([after.id]);
    const page = await request(`/en/releases/${String(text["slug"])}`);
    expect([page.status, (await page.text()).includes("The date was wrong")]).toEqual([200, true]);
    expect(await (await request(`/api/v1/releases/${text.id}`)).json()).toMatchObject({
      status: "withdrawn",
      published: "2020-12-01T08:00:00Z",
      updated: "2021-03-04T05:06:07Z",
    });
  });

  it("is a tombstone from the start, with no word of its text anywhere", async () => {
    const text = release({
      ...OLD,
      status: "killed",
      reason: "Not ours",
      title: "Kumquat",
      body: "Rambutan.",
    });
    expect(await publish(text)).toMatchObject({ status: "killed", changed: true });
    expect(await eventsOf(text.id)).toEqual(["release.killed"]);
    const page = await request(`/en/releases/${String(text["slug"])}`);
    const shown = await page.text();
    expect([page.status, shown.includes("Not ours")]).toEqual([410, true]);
    const api = await (await request(`/api/v1/releases/${text.id}`)).text();
    const events = await (await request("/api/v1/events?after=0&limit=100")).text();
    // KV takes one write of a key in a second.
    await newsroomLater(2);
    const feed = (await kvBody("/en/feed.atom")) ?? "";
    for (const bytes of [shown, api, events, feed]) expect(bytes).not.toMatch(/kumquat|rambutan/i);
    expect(feed).toContain(text.id);
  });

  it("leaves no trace if it was killed before its embargo ended, also when that is long ago", async () => {
    const killed = { status: "killed", reason: "Called off" };
    const coming = release({ ...killed, embargo: "2090-01-01T00:00:00Z" });
    const past = release({
      ...OLD,
      ...killed,
      embargo: "2021-01-02T00:00:00Z",
      updated: "2021-01-01T00:00:00Z",
    });
    for (const text of [coming, past]) {
      expect(await publish(text)).toMatchObject({ status: "killed", sequence: null });
      expect(await eventsOf(text.id)).toEqual([]);
      expect((await request(`/en/releases/${String(text["slug"])}`)).status).toBe(404);
      expect((await request(`/api/v1/releases/${text.id}`)).status).toBe(404);
    }
    const embargoed = release({ embargo: "2090-01-01T00:00:00Z" });
    await publish(embargoed);
    const { embargo: _, ...without } = embargoed;
    expect(await publish({ ...(without as typeof embargoed), ...killed })).toMatchObject({
      status: "killed",
      sequence: null,
    });
  });

  it("is withdrawn, killed, or given another reason on a service that has it as public", async () => {
    const text = release(OLD);
    await publish(text);
    expect(await publish({ ...text, ...RETRACTED })).toMatchObject({ status: "withdrawn", changed: true });
    expect(await publish({ ...text, ...RETRACTED })).toMatchObject({ changed: false });
    const other = { ...RETRACTED, reason: "The place was wrong" };
    expect(await publish({ ...text, ...other })).toMatchObject({ status: "withdrawn", changed: true });
    const killed = { status: "killed", reason: "Not ours" };
    expect(await publish({ ...text, ...killed })).toMatchObject({ status: "killed", edition: 1 });
    expect(await eventsOf(text.id)).toEqual([
      "release.published",
      "release.withdrawn",
      "release.withdrawn",
      "release.killed",
    ]);
  });

  it("does not come back because a file lacks the status", async () => {
    const text = release(OLD);
    await publish(text);
    await act("kill", text.id);
    expect(await publish(text)).toMatchObject({ status: "killed", changed: false });
    expect((await request(`/en/releases/${String(text["slug"])}`)).status).toBe(410);
  });

  it("needs no place in its group while it is killed", async () => {
    const group = `killed-${crypto.randomUUID().slice(0, 8)}`;
    await publish(release({ group }));
    const killed = await publish(release({ ...OLD, group, status: "killed", reason: "A copy" }));
    expect(killed).toMatchObject({ status: "killed" });
  });

  it("is judged by a dry run, which keeps nothing", async () => {
    const text = release({ ...OLD, ...RETRACTED });
    const dry = await request(`/api/v1/releases/${text.id}?dryRun=true`, {
      method: "PUT",
      headers: { authorization: `Bearer ${env.ADMIN_TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify(text),
    });
    expect(await dry.json<Answer>()).toMatchObject({ status: "withdrawn", changed: true });
    expect((await request(`/api/v1/releases/${text.id}`)).status).toBe(404);
  });

  it.each([
    [{ status: "withdrawn" }, 422, "/reason"],
    [{ reason: "Why" }, 422, "/reason"],
    [{ updated: "2021-01-01T00:00:00Z" }, 422, "/updated"],
    [{ status: "published", reason: "Why" }, 422, "/status"],
    [{ ...RETRACTED, updated: "2090-01-01T00:00:00Z" }, 422, "/updated"],
    [{ ...RETRACTED, embargo: "2090-01-01T00:00:00Z" }, 422, "/status"],
  ])("is refused with %j", async (fields, status, path) => {
    const text = release({ ...OLD, ...fields });
    const response = await put(text);
    expect(response.status).toBe(status);
    expect((await response.json<ProblemJson>()).errors?.map((issue) => issue.path)).toEqual([path]);
    expect((await request(`/api/v1/releases/${text.id}`)).status).toBe(404);
  });

  it("is not withdrawn while it is killed", async () => {
    const text = release(OLD);
    await publish(text);
    await act("kill", text.id);
    const response = await put({ ...text, ...RETRACTED });
    expect(response.status).toBe(409);
    expect((await response.json<ProblemJson>()).errors?.[0]?.message).toContain("reinstate it");
  });
});
