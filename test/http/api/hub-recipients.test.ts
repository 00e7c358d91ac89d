import { expect, it } from "vitest";
import { callback, delivered, subscribeAtHub } from "../../support/hub.ts";
import { act, ADMIN, publish, release, request, send, settled } from "../../support/service.ts";

interface Recipients {
  data: { subscription: string; state: string; topic: string | null; events: unknown[] }[];
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

async function recipients(id: string): Promise<Recipients> {
  return (await request(`/api/v1/releases/${id}/recipients`, { headers: ADMIN })).json<Recipients>();
}

it("names the subscriptions of the hub whose feed holds the release", async () => {
  const text = release({ lang: "ru" });
  await publish(text);
  await settled();
  const has = await subscribeAtHub(callback(), "/ru/feed.rss");
  const lacks = await subscribeAtHub(callback("answers=204,500"), "/ru/feed.json");
  const others = await subscribeAtHub(callback(), "/hy/feed.rss");
  const ids = [has.id, lacks.id, others.id];
  const states = async () => {
    const { data } = await recipients(text.id);
    return ids.map((id) => data.find(({ subscription }) => subscription === id)?.state);
  };
  // The release is so young that the hub has sent the feeds after the verification.
  expect(await states()).toEqual(["delivered", "delivered", undefined]);
  await publish({ ...text, title: "Corrected", change: "major", note: "The title." });
  await delivered(...ids);
  expect(await states()).toEqual(["delivered", "waiting", undefined]);
  const { data } = await recipients(text.id);
  expect(data.find(({ subscription }) => subscription === has.id)).toMatchObject({
    topic: "/ru/feed.rss",
    format: "websub",
    events: [{ type: "topic.changed", delivered: expect.stringMatching(INSTANT) as string }],
  });
  await act("kill", text.id);
  await delivered(...ids);
  expect(await states()).toEqual(["delivered", "waiting", undefined]);
});

it("does not say that the hub has sent a release that its feed no longer holds", async () => {
  const old = release({ lang: "ru", date: "2001-05-04" });
  await publish(old);
  // The feed is full of later releases, so that an archive has this one.
  const later = Array.from({ length: 60 }, () => release({ lang: "ru" }));
  expect((await send("POST", "/api/v1/releases", { releases: later })).status).toBe(200);
  await settled();
  const made = await subscribeAtHub(callback(), "/ru/feed.json");
  await publish({ ...old, title: "Corrected", change: "major", note: "The title." });
  await publish(release({ lang: "ru" }));
  await delivered(made.id);
  const { data } = await recipients(old.id);
  expect(data.map(({ subscription }) => subscription)).not.toContain(made.id);
});
