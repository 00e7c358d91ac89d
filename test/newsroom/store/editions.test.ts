import { describe, expect, it } from "vitest";
import {
  act,
  ADMIN,
  kvBody,
  newsroomLater,
  publish,
  put,
  release,
  request,
  settled,
  subscriberIdle,
} from "../../support/service.ts";
import { arrivals, type EventJson, eventOf, subscribe } from "../../support/subscriptions.ts";

interface Page<T> {
  data: T[];
  next: string | null;
}

describe("editions", () => {
  it("stay readable with their notes, from the first public one on", async () => {
    const text = release({ embargo: "2999-01-01T00:00:00Z", note: "Draft" });
    await publish(text);
    const { embargo: _embargo, note: _note, ...open } = text;
    await publish({ ...open, id: text.id, title: "Second" });
    await publish({ ...open, id: text.id, title: "Third", change: "major", note: "The title" });
    await newsroomLater(2);
    const path = `/api/v1/releases/${text.id}/editions`;
    const { data } = await (await request(path)).json<Page<Record<string, unknown>>>();
    expect(data.map(({ edition, change, note, title }) => [edition, change, note, title])).toEqual([
      [1, null, null, "Second"],
      [2, "major", "The title", "Third"],
    ]);
    expect(await (await request(`${path}/2`)).json()).toMatchObject({
      edition: 2,
      title: "Third",
      body: "On December 1, a session was held.",
    });
    for (const wrong of ["/3", "/4", "/0", "/x", "/2/diff/9"])
      expect((await request(path + wrong)).status).toBe(404);
  });

  it("from before the publication are visible only to the admin", async () => {
    const text = release({ title: "First", embargo: "2999-01-01T00:00:00Z", note: "Draft" });
    await publish(text);
    await publish({ ...text, title: "Second", note: "Read by the minister" });
    const path = `/api/v1/releases/${text.id}/editions`;
    const read = async (place = "") => {
      const response = await request(path + place, { headers: ADMIN });
      expect(response.status).toBe(200);
      expect(response.headers.get("cache-control")).toBe("private, no-store");
      expect(response.headers.get("vary")).toContain("Authorization");
      expect(response.headers.get("access-control-allow-origin")).toBeNull();
      return response.json<Page<Record<string, unknown>> & Record<string, unknown>>();
    };
    const titles = async () => (await read()).data.map(({ edition, title, note }) => [edition, title, note]);
    const drafts = [
      [1, "First", "Draft"],
      [2, "Second", "Read by the minister"],
    ];
    const places = ["", "/1", "/2", "/1/diff/2"];
    expect(await titles()).toEqual(drafts);
    expect(await read("/1")).toMatchObject({ title: "First", edition: 1 });
    expect((await read("/1/diff/2"))["fields"]).toMatchObject({
      title: [{ op: "delete" }, { op: "insert" }],
    });
    for (const headers of [{}, { authorization: "Bearer wrong" }] as Record<string, string>[])
      for (const place of places) expect((await request(path + place, { headers })).status).toBe(404);
    for (const wrong of ["/3", "/0", "/x", "/1/diff/3"])
      expect((await request(path + wrong, { headers: ADMIN })).status).toBe(404);
    const none = `/api/v1/releases/${crypto.randomUUID()}/editions`;
    expect((await request(none, { headers: ADMIN })).status).toBe(404);

    const { embargo: _embargo, note: _note, ...open } = text;
    await publish({ ...open, id: text.id, title: "Third" });
    await newsroomLater(2);
    expect(await titles()).toEqual([...drafts, [3, "Third", null]]);
    const seen = await request(path);
    expect(seen.headers.get("cache-control")).toBe("public, max-age=60");
    expect((await seen.json<Page<{ edition: number }>>()).data.map(({ edition }) => edition)).toEqual([1]);
    expect((await request(`${path}/2`)).status).toBe(404);
  });

  it("do not tell readers how often the text was edited under its embargo, or when", async () => {
    const embargo = new Date(Date.now() + 3_600_000).toISOString();
    const text = release({ embargo, topics: ["csto"] });
    for (const title of ["First", "Second", "Third"]) await publish({ ...text, title });
    const made = await subscribe();
    await newsroomLater(3_700);
    const corrected = { ...text, title: "Fourth", change: "major", note: "The title" };
    expect(await publish(corrected)).toMatchObject({ edition: 4 });
    await newsroomLater(2);
    await subscriberIdle(made.id);

    const api = `/api/v1/releases/${text.id}`;
    expect(JSON.parse((await kvBody(api)) ?? "")).toMatchObject({ edition: 2, title: "Fourth" });
    const { data } = await (await request(`${api}/editions`)).json<Page<Record<string, string>>>();
    expect(data.map(({ edition }) => edition)).toEqual([1, 2]);
    expect(Date.parse(data[0]?.["accepted"] ?? "")).toBeGreaterThanOrEqual(Date.parse(embargo) - 1_000);
    const difference = await (await request(`${api}/editions/1/diff/2`)).json();
    expect(difference).toMatchObject({
      from: 1,
      to: 2,
      fields: { title: [{ text: "Third" }, { text: "Fourth" }] },
    });
    const page = await (await request("/api/v1/events?topic=csto")).json<Page<EventJson>>();
    const events = page.data.filter((event) => event.data.release["id"] === text.id);
    const sent = (await arrivals(made)).map(eventOf);
    for (const found of [events, sent]) {
      expect(found.map((event) => [event.data.release["edition"], event.data.change])).toMatchObject([
        [1, null],
        [2, { previous: 1 }],
      ]);
    }

    // The admin's numbers are those that If-Match takes.
    const read = await request(api, { headers: ADMIN });
    expect([read.headers.get("etag"), await read.json()]).toMatchObject(['"4"', { edition: 4 }]);
    const fifth = { ...text, title: "Fifth", change: "minor", reallyMinor: true };
    expect((await put(fifth, { "if-match": '"2"' })).status).toBe(412);
    expect((await put(fifth, { "if-match": '"4"' })).status).toBe(200);
  });

  it("have a diff by words", async () => {
    const text = release({ title: "The summit of 1 December", topics: ["csto"] });
    await publish(text);
    await publish({
      ...text,
      title: "The summit of 2 December",
      topics: [],
      change: "major",
      note: "The day",
    });
    await settled();
    const response = await request(`/api/v1/releases/${text.id}/editions/1/diff/2`);
    expect(await response.json()).toEqual({
      id: text.id,
      from: 1,
      to: 2,
      fields: {
        title: [
          { op: "equal", text: "The summit of " },
          { op: "delete", text: "1" },
          { op: "insert", text: "2" },
          { op: "equal", text: " December" },
        ],
        topics: { from: ["csto"], to: [] },
      },
    });
    const same = await (
      await request(`/api/v1/releases/${text.id}/editions/2/diff/2`)
    ).json<{ fields: object }>();
    expect(same.fields).toEqual({});
  });
});

describe("the editions of a killed release", () => {
  it("are visible only to the admin", async () => {
    const text = release({ title: "Wrong" });
    await publish(text);
    await act("kill", text.id);
    const path = `/api/v1/releases/${text.id}/editions`;
    const gone = await request(`${path}/1`);
    expect([gone.status, gone.headers.get("cache-control")]).toEqual([410, "public, max-age=60"]);
    expect(await gone.text()).not.toContain("Wrong");
    const kept = await request(`${path}/1`, { headers: ADMIN });
    expect([kept.status, kept.headers.get("cache-control")]).toEqual([200, "private, no-store"]);
    expect(await kept.json()).toMatchObject({ title: "Wrong" });
  });
});
