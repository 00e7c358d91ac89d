import { env } from "cloudflare:workers";
import { createExecutionContext, runInDurableObject } from "cloudflare:test";
import { Webhook } from "standardwebhooks";
import { inject, describe, expect, it } from "vitest";
import { app } from "../../src/http/app.ts";
import { subscriber } from "../../src/runtime/stubs.ts";
import {
  ADMIN,
  BASE_URL,
  inNewsroom,
  newsroomLater,
  type ProblemJson,
  publish,
  release,
  request,
  send,
  settled,
  subscriberIdle,
  subscriberLater,
} from "../support/service.ts";
import {
  arrivals,
  deliveries,
  delivery,
  endpoint,
  type Made,
  own,
  subscribe,
  viewOf,
} from "../support/subscriptions.ts";

const post = (body: unknown, headers: Record<string, string> = {}) =>
  request("/api/v1/subscriptions", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

const statusOf = async (made: Made) => (await (await own(made)).json<{ status: string }>()).status;

interface Verification {
  type: string;
  data: { challenge: string; confirm: string };
}

describe("a subscription", () => {
  it("can be created by anyone, shows its secret once, and starts pending", async () => {
    const url = endpoint("500");
    const response = await post({ url, description: "Desk", filter: { lang: "en" } });
    expect(response.status).toBe(201);
    const made = await response.json<Made & Record<string, unknown>>();
    expect(response.headers.get("location")).toBe(`/api/v1/subscriptions/${made.id}`);
    expect(made.status).toBe("pending");
    expect(made.secret).toMatch(/^whsec_/);
    expect(Uint8Array.fromBase64(made.secret.slice(6)).byteLength).toBe(32);
    const view = await (await own(made)).json<Record<string, unknown>>();
    expect(view).toMatchObject({
      id: made.id,
      url,
      description: "Desk",
      filter: { lang: ["en"] },
      format: "standard",
      content: "full",
    });
    expect(JSON.stringify(view)).not.toContain(made.secret);
    await subscriberIdle(made.id);
    // The secret is not stored in plain text either.
    const kept = await runInDurableObject(subscriber(env, made.id), (_instance, { storage }) =>
      JSON.stringify([...storage.kv.list()]),
    );
    expect(kept).toContain(made.id);
    expect(kept).not.toContain(made.secret.slice(6));
  });

  it.each(["echo", "echo-text", "echo-string"])(
    "becomes active when the endpoint answers the challenge (%s)",
    async (answers) => {
      const made = await subscribe({ url: endpoint(answers), verify: true });
      const [asked] = await arrivals(made);
      new Webhook(made.secret).verify(asked!.body, asked!.headers);
      expect(asked!.headers["webhook-event"]).toBe("subscription.verify");
      expect(await statusOf(made)).toBe("active");
      expect((await deliveries(made))[0]).toMatchObject({ type: "subscription.verify", state: "delivered" });
    },
  );

  it("stays pending on a 2xx without the challenge, and verification is retried", async () => {
    const made = await subscribe({ url: endpoint("200,echo"), verify: true });
    expect(await statusOf(made)).toBe("pending");
    expect((await deliveries(made))[0]?.reason).toContain("without the challenge");
    await subscriberLater(made.id, 56);
    expect(await statusOf(made)).toBe("active");
  });

  it("becomes active by a POST to the confirm URL, and by no other URL", async () => {
    const made = await subscribe({ url: endpoint("200"), verify: true });
    const { data } = JSON.parse((await arrivals(made))[0]!.body) as Verification;
    const path = data.confirm.slice(BASE_URL.length);
    expect((await request(`${path}x`, { method: "POST" })).status).toBe(401);
    expect((await request(path)).status).toBe(405);
    expect(await statusOf(made)).toBe("pending");
    expect((await request(path, { method: "POST" })).status).toBe(200);
    expect((await request(path, { method: "POST" })).status).toBe(200);
    expect(await statusOf(made)).toBe("active");
    await subscriberLater(made.id, 100_000);
    expect((await arrivals(made)).length).toBe(1); // not asked again
  });

  it("gets the events from its pending time in order when it becomes active", async () => {
    const made = await subscribe({ url: endpoint("200,204"), verify: true });
    const text = release();
    await publish(text);
    await publish({ ...text, body: "Corrected.", change: "major", note: "All" });
    await settled();
    expect((await arrivals(made)).length).toBe(1);
    const { data } = JSON.parse((await arrivals(made))[0]!.body) as Verification;
    await request(data.confirm.slice(BASE_URL.length), { method: "POST" });
    await settled();
    await subscriberIdle(made.id);
    const sent = (await arrivals(made)).map(({ headers }) => headers["webhook-event"]);
    expect(sent.filter((type) => type !== "subscription.verify")).toEqual([
      "release.published",
      "release.corrected",
    ]);
  });

  it("is active at once only if the admin waives verification", async () => {
    expect(await statusOf(await subscribe())).toBe("active");
    expect((await post({ url: endpoint(), verify: false })).status).toBe(401);
  });

  it("is not blocked by a registration whose creation was cut off", async () => {
    const url = endpoint();
    const registration = {
      id: "sub_cutoff",
      url,
      filter: {},
      events: ["release.published" as const],
      format: "standard" as const,
      content: "full" as const,
      createdMs: Date.now(),
    };
    await inNewsroom((instance) =>
      instance.register(registration, true, { client: "192.0.2.77", isAdmin: true }),
    );
    const ask = () => post({ url, verify: false }, ADMIN);
    expect((await ask()).status).toBe(409);
    await inNewsroom((_instance, { storage }) =>
      storage.sql.exec("UPDATE subscriptions SET created_ms = created_ms - 61000 WHERE id = 'sub_cutoff'"),
    );
    expect((await ask()).status).toBe(201);
    expect((await ask()).status).toBe(200);
  });

  it("sends a signed test event, which shows in the log", async () => {
    const made = await subscribe();
    const response = await own(made, "/test", "POST");
    expect(response.status).toBe(202);
    const { event } = await response.json<{ event: string }>();
    await subscriberIdle(made.id);
    const [arrival] = await arrivals(made);
    new Webhook(made.secret).verify(arrival!.body, arrival!.headers);
    expect(arrival!.headers).toMatchObject({ "webhook-id": event, "webhook-event": "subscription.test" });
    expect(await delivery(made, event)).toMatchObject({
      type: "subscription.test",
      state: "delivered",
      attempts: 1,
    });
    const pending = await subscribe({ url: endpoint("500"), verify: true });
    expect((await own(pending, "/test", "POST")).status).toBe(409);
  });

  it("gets nothing more after it is deleted", async () => {
    const made = await subscribe();
    expect((await own(made, "", "DELETE")).status).toBe(204);
    await publish(release());
    await settled();
    expect(await arrivals(made)).toEqual([]);
    for (const [path, method] of [
      ["", "GET"],
      ["", "DELETE"],
      ["/test", "POST"],
      ["/deliveries", "GET"],
      ["/deliveries/evt_x", "GET"],
    ]) {
      expect((await own(made, path, method)).status).toBe(404);
    }
  });

  it("pages through its log", async () => {
    const made = await subscribe();
    for (let count = 0; count < 5; count += 1) await own(made, "/test", "POST");
    await subscriberIdle(made.id);
    const seen: string[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: { data: { event: string }[]; next: string | null } = await (
        await own(made, `/deliveries?limit=2${cursor && `&cursor=${cursor}`}`)
      ).json();
      expect(page.data.length).toBeLessThanOrEqual(2);
      seen.push(...page.data.map(({ event }) => event));
      cursor = page.next;
    }
    expect(new Set(seen).size).toBe(5);
    for (const query of ["limit=0", "limit=101", "limit=x", "cursor=x"]) {
      expect((await own(made, `/deliveries?${query}`)).status).toBe(422);
    }
  });

  it("opens to its own token and the admin's, and gives all others the same answer", async () => {
    const [made, other] = [await subscribe(), await subscribe()];
    const ask = (path: string, token?: string) =>
      request(
        `/api/v1/subscriptions/${path}`,
        token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
      );
    expect((await request(`/api/v1/subscriptions/${made.id}`, { headers: ADMIN })).status).toBe(200);
    const answers = await Promise.all(
      [
        ask(made.id),
        ask(made.id, other.token),
        ask(made.id, "wrong"),
        ask("sub_none", made.token),
        ask(`${made.id}/deliveries`, other.token),
      ].map(async (asked) => {
        const response = await asked;
        return [response.status, await response.text()];
      }),
    );
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(answers[0]![0]).toBe(401);
  });

  it("needs the admin token with SUBSCRIPTIONS=invited", async () => {
    const invited = { ...env, SUBSCRIPTIONS: "invited" };
    const ask = (headers: Record<string, string>) =>
      app.fetch(
        new Request(`${BASE_URL}/api/v1/subscriptions`, {
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          body: JSON.stringify({ url: endpoint("500") }),
        }),
        invited,
        createExecutionContext(),
      );
    expect((await ask({})).status).toBe(401);
    expect((await ask(ADMIN)).status).toBe(201);
  });
});

describe("a subscription that is refused", () => {
  it.each([
    ["no URL", {}, "/url"],
    ["what is no URL", { url: "desk.example" }, "/url"],
    ["a port that there is not", { url: "https://desk.example:99999/" }, "/url"],
    ["an unknown format", { url: "https://desk.example/", format: "fax" }, "/format"],
    ["an unknown event", { url: "https://desk.example/", events: ["release.eaten"] }, "/events/0"],
    ["no event", { url: "https://desk.example/", events: [] }, "/events"],
    ["an unknown filter", { url: "https://desk.example/", filter: { colour: "red" } }, "/filter/colour"],
    [
      "a language without end",
      { url: "https://desk.example/", filter: { lang: `en-x${"-abcdefgh".repeat(20)}` } },
      "/filter/lang",
    ],
    ["a field without a value", { url: "https://desk.example/", filter: { topic: [] } }, "/filter/topic"],
    [
      "more values than anybody follows",
      {
        url: "https://desk.example/",
        filter: {
          topic: Array.from({ length: 150 }, (_, n) => `t${n}`),
          not: { person: Array.from({ length: 51 }, (_, n) => `p${n}`) },
        },
      },
      "/filter",
    ],
    [
      "a filter that no release can match",
      { url: "https://desk.example/", filter: { lang: ["en"], not: { lang: ["en", "ru"] } } },
      "/filter",
    ],
    [
      "a language that the site does not have",
      { url: "https://desk.example/", filter: { not: { lang: ["en", "xx"] } } },
      "/filter/not/lang",
    ],
    ["a type that is none", { url: "https://desk.example/", filter: { type: "memo" } }, "/filter/type"],
  ])("for %s names the wrong field", async (_name, body, path) => {
    const response = await post(body);
    expect(response.status).toBe(422);
    expect((await response.json<ProblemJson>()).errors).toMatchObject([{ path }]);
  });

  it.each([
    ["english language", "must be a BCP 47 tag"],
    [["en", "english language"], "must be a BCP 47 tag"],
    [[], "must name a value"],
    [7, "must be a value or a list of at most 200 values"],
  ])("says what is wrong with the value of a filter: %j", async (lang, message) => {
    const response = await post({ url: "https://desk.example/", filter: { lang } });
    expect((await response.json<ProblemJson>()).errors).toMatchObject([{ message }]);
  });

  it("names the wrong field when a change sets an invalid URL", async () => {
    const moved = await own(await subscribe(), "", "PATCH", { url: "desk.example" });
    expect(moved.status).toBe(422);
    expect((await moved.json<ProblemJson>()).errors).toMatchObject([{ path: "/url" }]);
  });

  it("points to a local target, without LOCAL_TARGETS=loopback", async () => {
    const ask = (url: string) =>
      app.fetch(
        new Request(`${BASE_URL}/api/v1/subscriptions`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ url }),
        }),
        { ...env, LOCAL_TARGETS: "deny" },
        createExecutionContext(),
      );
    for (const url of [
      inject("receiverUrl"),
      "http://localhost:1/",
      "http://[::1]:1/",
      "https://127.0.0.1/",
      "http://desk.example/",
    ]) {
      const response = await ask(url);
      expect(response.status).toBe(422);
      expect((await response.json<ProblemJson>()).errors).toMatchObject([{ path: "/url" }]);
    }
  });

  it("may point to this machine with it, but not to a private network", async () => {
    expect((await post({ url: endpoint("500") })).status).toBe(201);
    expect((await post({ url: "http://10.0.0.1/" })).status).toBe(422);
    expect((await post({ url: "http://192.168.1.1:8080/" })).status).toBe(422);
  });
});

describe("a value that is removed from the registry", () => {
  it("stays in filters that have it, and cannot be added to others", async () => {
    const topic = (slug: string) => ({ slug, names: { en: slug } });
    const setTopics = (...slugs: string[]) => send("PUT", "/api/v1/registry", { topics: slugs.map(topic) });
    expect((await setTopics("school", "sport")).status).toBe(200);
    // A stranger may only name values that a public release has, or had.
    const text = release({ topics: ["school", "sport"] });
    await publish(text);
    await publish({ ...text, topics: ["sport"], change: "minor" });
    await settled();
    const made = await subscribe({ filter: { topic: "school" } });
    expect((await setTopics("sport")).status).toBe(200);
    await newsroomLater(2);
    expect((await own(made, "", "PATCH", { description: "Still of schools" })).status).toBe(200);
    // A repeated request still returns the subscription.
    const again = { url: made.endpoint, filter: { topic: "school" } };
    expect((await post(again, { authorization: `Bearer ${made.token}` })).status).toBe(200);
    const refused = await own(made, "", "PATCH", { filter: { topic: ["school", "sport"] } });
    expect([refused.status, (await refused.json<ProblemJson>()).errors]).toEqual([
      422,
      // The nearest values come from the registry that readers have, which may be a second old.
      [{ path: "/filter/topic", message: expect.stringContaining("school is not in the registry") }],
    ]);
    expect(await viewOf(made)).toMatchObject({
      filter: { topic: ["school"] },
      description: "Still of schools",
    });
  });
});
