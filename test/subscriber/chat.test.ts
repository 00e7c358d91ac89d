import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, it, vi } from "vitest";
import { subscriber } from "../../src/runtime/stubs.ts";
import {
  act,
  ADMIN,
  inNewsroom,
  publish,
  type ProblemJson,
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
  publishTo,
  subscribe,
  viewOf,
} from "../support/subscriptions.ts";
import { readSlack, readTeams, readTelegram } from "../webhooks/formats/chat-services.ts";

/** Subscribes as a stranger, from this machine or from an address. */
function ask(fields: Record<string, unknown>, address?: string): Promise<Response> {
  return request("/api/v1/subscriptions", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(address !== undefined && { "cf-connecting-ip": address }),
    },
    body: JSON.stringify(fields),
  });
}

async function join(fields: Record<string, unknown>): Promise<Made> {
  const url = endpoint();
  const response = await ask({ url, ...fields });
  expect(response.status, await response.clone().text()).toBe(201);
  const made = await response.json<Omit<Made, "endpoint">>();
  return { ...made, endpoint: typeof fields["url"] === "string" ? fields["url"] : url };
}

/** Stops the clock of a Subscriber, an hour from now, so that no alarm of real time rings. */
async function stopClock({ id }: Made): Promise<void> {
  const ms = Date.now() + 3_600_000;
  await runInDurableObject(subscriber(env, id), (object) => {
    object.clock = () => ms;
  });
}

const errorsOf = async (response: Response) => (await response.json<ProblemJson>()).errors;

describe("a chat subscription", () => {
  it.each([
    ["slack", readSlack],
    ["teams", readTeams],
    ["telegram", readTelegram],
  ] as const)(
    "in the format %s is active at once, and gets messages for people, unsigned",
    async (format, read) => {
      const made = await join({ format });
      expect(made.status).toBe("active");
      expect(made).not.toHaveProperty("secret");
      const text = release({ title: "Chat statement" });
      await publishTo([made], text);
      await act("withdraw", text.id, "Premature");
      await settled();
      await subscriberLater(made.id, 4);
      const sent = await arrivals(made);
      expect(sent.map(({ body }) => read(body).text.split("\n")[0])).toEqual([
        "Chat statement",
        "⛔ Withdrawn: Chat statement",
      ]);
      expect(sent[0]?.headers["content-type"]).toBe("application/json; charset=utf-8");
      expect(Object.keys(sent[0]?.headers ?? {}).filter((name) => name.startsWith("webhook-"))).toEqual([]);
    },
  );

  it("is sent one message at a time, at the rate of its service", async () => {
    const made = await join({ format: "slack" });
    await stopClock(made);
    await publish(release({ title: "First" }));
    await publish(release({ title: "Second" }));
    await settled();
    await subscriberIdle(made.id);
    expect(await arrivals(made)).toHaveLength(1);
    const [waiting] = await deliveries(made);
    expect(waiting).toMatchObject({ state: "pending", waitsFor: { what: "rate" } });
    await subscriberLater(made.id, 1);
    expect((await arrivals(made)).map(({ body }) => readSlack(body).text.split("\n")[0])).toEqual([
      "First",
      "Second",
    ]);
  });

  it.each([
    [
      "slack",
      "slack:404:no_service",
      "the endpoint answered 404 (no_service): the chat service takes no messages",
    ],
    [
      "slack",
      "slack:410:channel_is_archived",
      "the endpoint answered 410 Gone (channel_is_archived): the chat",
    ],
    ["teams", "403", "the endpoint answered 403: the chat service takes no messages at this URL"],
    [
      "telegram",
      "telegram:403",
      "the endpoint answered 403 (Forbidden: bot was kicked from the channel chat): ",
    ],
    ["telegram", "telegram:401", "the endpoint answered 401 ("],
  ])("in the format %s is disabled by %s, with a reason for its owner", async (format, answers, reason) => {
    const made = await join({ format, url: endpoint(answers) });
    await publishTo([made], release());
    expect(await viewOf(made)).toMatchObject({
      status: "disabled",
      reason: expect.stringContaining(reason),
    });
  });

  it("is active again at a new URL, which gets what waits", async () => {
    const made = await join({ format: "slack", url: endpoint("404") });
    await publishTo([made], release({ title: "Held" }));
    const url = endpoint();
    const moved = await own(made, "", "PATCH", { url });
    expect(await moved.json()).toMatchObject({ status: "active", proved: true });
    await subscriberLater(made.id, 2);
    expect((await arrivals({ endpoint: url })).map(({ body }) => readSlack(body).text)).toEqual([
      expect.stringContaining("Held"),
    ]);
  });

  it("waits as long as Telegram says in its answer", async () => {
    const made = await join({ format: "telegram", url: endpoint("telegram:429:70,204") });
    await publishTo([made], release());
    // By the schedule alone the second attempt would come after 50 seconds.
    await subscriberLater(made.id, 65);
    expect(await arrivals(made)).toHaveLength(1);
    await subscriberLater(made.id, 15);
    expect(await arrivals(made)).toHaveLength(2);
  });

  it("leaves out the image for Slack once an attempt has failed", async () => {
    const made = await join({ format: "slack", url: endpoint("slack:400:invalid_blocks,200") });
    const image = { url: "https://elsewhere.example/hall.png", alt: "The hall" };
    await publishTo([made], release({ image }));
    await subscriberLater(made.id, 60);
    const sent = (await arrivals(made)).map(({ body }) => readSlack(body).images.length);
    expect(sent).toEqual([1, 0]);
  });

  it("reports no failure to the admin before its first success: a stranger may have made up the URL", async () => {
    const desk = await subscribe({ events: ["operational"] });
    const made = await join({ format: "slack", url: endpoint("404") });
    const known = await join({ format: "slack", url: endpoint("200,404") });
    await publishTo([made, known], release());
    await publish(release());
    await settled();
    await subscriberLater(known.id, 2);
    expect((await viewOf(known)).status).toBe("disabled");
    await subscriberIdle(desk.id);
    const told = (await arrivals(desk)).map(
      ({ body }) => (JSON.parse(body) as { data: { subscription: { id: string } } }).data.subscription.id,
    );
    expect(told).toEqual([known.id]);
  });
});

describe("a chat subscription of the admin to operational events", () => {
  it("gets them as text", async () => {
    const made = await subscribe({ format: "slack", events: ["operational"] });
    const gone = await subscribe({ url: endpoint("410") });
    await publishTo([gone], release());
    await subscriberIdle(made.id);
    const [sent] = await arrivals(made);
    expect(readSlack(sent?.body ?? "").text).toMatch(/A subscription at 127\.0\.0\.1:\d+ was disabled/);
  });
});

describe("a test of a chat subscription", () => {
  it("is a message for people", async () => {
    const made = await join({ format: "telegram" });
    const answer = await own(made, "/test", "POST");
    expect(answer.status).toBe(202);
    expect(Object.keys(await answer.json<object>())).toEqual(["event"]);
    await subscriberIdle(made.id);
    expect(readTelegram((await arrivals(made))[0]?.body ?? "").text).toContain("This is a test");
  });

  it("in the format teams is sent in both shapes, numbered, and asks which one arrived", async () => {
    const made = await join({ format: "teams" });
    await stopClock(made);
    const answer = await own(made, "/test", "POST");
    expect(answer.status).toBe(202);
    const { event, tests, question } = await answer.json<{
      event: string;
      tests: { event: string; number: number; shape: string }[];
      question: string;
    }>();
    expect(tests).toMatchObject([
      { event, number: 1, shape: "message" },
      { number: 2, shape: "card" },
    ]);
    expect(question).toContain('if it is test 2, PATCH { "shape": "card" }');
    await subscriberIdle(made.id);
    await subscriberLater(made.id, 2);
    const sent = (await arrivals(made)).map(({ body }) => body);
    expect(sent.map((body) => (JSON.parse(body) as { type: string }).type)).toEqual([
      "message",
      "AdaptiveCard",
    ]);
    expect(sent.map((body) => readTeams(body).text)).toEqual([
      expect.stringContaining("Test 1 of 2"),
      expect.stringContaining("Test 2 of 2"),
    ]);
  });

  it("sets the shape of everything that is sent from then on, of what waits too", async () => {
    const made = await join({ format: "teams" });
    expect(await viewOf(made)).toMatchObject({ shape: "message" });
    await own(made, "/pause", "POST");
    await publishTo([made], release());
    expect(await (await own(made, "", "PATCH", { shape: "card" })).json()).toMatchObject({ shape: "card" });
    await own(made, "/resume", "POST");
    await subscriberIdle(made.id);
    expect((await arrivals(made)).map(({ body }) => (JSON.parse(body) as { type: string }).type)).toEqual([
      "AdaptiveCard",
    ]);
  });
});

describe("the URL of a chat subscription", () => {
  const lines: string[] = [];
  afterEach(() => vi.restoreAllMocks());

  it("is a secret: sealed, and in no answer, ledger, log or report", async () => {
    for (const level of ["log", "info", "warn", "error"] as const) {
      vi.spyOn(console, level).mockImplementation((...words: unknown[]) => lines.push(words.join(" ")));
    }
    const secret = `T0S3CR3T${crypto.randomUUID().replaceAll("-", "")}`;
    const receiver = new URL(endpoint()).origin;
    const url = `${receiver}/services/${secret}?answers=repeat:404&sig=s1gn%20${secret.slice(8)}&part=${secret.slice(0, 12)}`;
    const desk = await subscribe({ events: ["operational"] });
    const made = await join({ format: "slack", url });
    const answers = [JSON.stringify(made.id)];
    await publishTo([made], release());
    await own(made, "/test", "POST");
    const [first] = await deliveries(made);
    answers.push(
      JSON.stringify(await viewOf(made)),
      JSON.stringify(await deliveries(made)),
      JSON.stringify(await delivery(made, first?.event ?? "")),
      await (await request("/api/v1/subscriptions?limit=100", { headers: ADMIN })).text(),
      await (await ask({ format: "slack", url })).text(),
      await (await own(made, "", "PATCH", { description: "Ours" })).text(),
    );
    await subscriberIdle(made.id);
    await subscriberIdle(desk.id);
    answers.push(JSON.stringify(await arrivals(desk)));
    const stored = await runInDurableObject(subscriber(env, made.id), (_object, { storage }) =>
      JSON.stringify([storage.kv.get("subscription"), storage.sql.exec("SELECT * FROM attempts").toArray()]),
    );
    const ledger = await inNewsroom((_instance, { storage }) =>
      JSON.stringify(storage.sql.exec("SELECT * FROM subscriptions").toArray()),
    );
    expect((await viewOf(made)).url).toBe(`${receiver}/…`);
    expect(stored).toContain("sealedUrl");
    expect(stored).toContain("no /…/…?answers");
    for (const text of [...answers, stored, ledger, ...lines]) {
      expect(text).not.toContain(secret.slice(0, 12));
      expect(text).not.toContain(secret.slice(12));
    }
    expect(lines.some((line) => line.includes('"message":"attempt"'))).toBe(true);
  });

  it("makes two subscriptions duplicates although nobody can read it", async () => {
    const url = endpoint();
    const made = await join({ format: "slack", url });
    const again = await ask({ format: "slack", url });
    expect(again.status).toBe(409);
    expect((await again.json<ProblemJson>()).code).toBe("duplicate-subscription");
    const other = await join({ format: "slack", url: endpoint() });
    expect((await own(other, "", "PATCH", { url })).status).toBe(409);
    expect((await own(made, "", "DELETE")).status).toBe(204);
    expect((await own(other, "", "PATCH", { url })).status).toBe(200);
  });

  it("lets the client that lost the token subscribe again, until something happens or ten minutes pass", async () => {
    const [client, other] = ["203.0.113.21", "198.51.100.21"];
    const fields = { format: "slack", url: endpoint() };
    const statusOf = async (made: Made) => (await own(made, "")).status;
    const lost = await (await ask(fields, client)).json<Made>();
    expect((await ask(fields, other)).status).toBe(409);
    expect((await ask(fields)).status).toBe(409);
    const again = await ask(fields, client);
    expect(again.status).toBe(201);
    const kept = await again.json<Made>();
    expect([await statusOf(lost), await statusOf(kept)]).toEqual([404, 200]);

    const tenMinutes = (ms: number) =>
      inNewsroom((_instance, { storage }) => {
        storage.sql.exec("UPDATE subscriptions SET created_ms = created_ms + ? WHERE id = ?", ms, kept.id);
      });
    await tenMinutes(-600_000);
    expect((await ask(fields, client)).status).toBe(409);
    await tenMinutes(600_000);
    await publish(release());
    expect((await ask(fields, client)).status).toBe(409);
    expect(await statusOf(kept)).toBe(200);
  });

  it.each([
    ["slack", "https://desk.example/hook"],
    ["slack", "https://hooks.slack.com.evil.example/services/T/B/x"],
    ["slack", "https://hooks.slack.com/workflows/T/B/x"],
    ["slack", "https://hooks.slack.com/services/"],
    ["slack", "https://hooks.slack.com/services/T000/B000/"],
    ["teams", "https://evilpowerplatform.com/x"],
    ["teams", "https://hooks.slack.com/services/T/B/x"],
    ["telegram", "https://api.telegram.org/bot1:x/deleteWebhook?chat_id=1"],
    ["telegram", "https://api.telegram.org/bot1:x/sendMessage"],
  ])("of the format %s cannot be %s", async (format, url) => {
    const refused = await ask({ format, url });
    expect(refused.status).toBe(422);
    expect(await errorsOf(refused)).toEqual([{ path: "/url", message: expect.stringContaining("must be") }]);
  });

  it.each([
    ["slack", "https://hooks.slack.com/services/T000/B000/abcdef"],
    [
      "teams",
      "https://prod-1.westeurope.logic.azure.com/workflows/1/triggers/manual/paths/invoke?sig=abcdef",
    ],
    [
      "teams",
      "https://default1.12.environment.api.powerplatform.com/powerautomate/automations/direct/workflows/1/triggers/manual/paths/invoke?sig=abcdef",
    ],
    ["teams", "https://ministry.webhook.office.com/webhookb2/1@2/IncomingWebhook/abcdef/3"],
  ])("of the format %s can be %s", async (format, url) => {
    const response = await ask({ format, url });
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ url: `${new URL(url).origin}/…`, status: "active" });
  });
});

describe("a Telegram subscription", () => {
  const token = "123456:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr";

  it("takes the token of a bot and a chat in place of a URL, and shows neither", async () => {
    for (const chat of ["@ministry", "-1001234567890", -1001234567891]) {
      const response = await ask({ format: "telegram", telegram: { token, chat } });
      expect(response.status).toBe(201);
      const answer = await response.text();
      expect(JSON.parse(answer)).toMatchObject({ url: "https://api.telegram.org/…", status: "active" });
      expect(answer).not.toContain("AAbbCC");
      expect(answer).not.toContain(String(chat));
    }
    expect((await ask({ format: "telegram", telegram: { token, chat: "@ministry" } })).status).toBe(409);
  });

  it("says that a bot and a chat are missing, not a URL", async () => {
    const refused = await ask({ format: "telegram" });
    expect(refused.status).toBe(422);
    expect(await errorsOf(refused)).toEqual([
      { path: "/telegram", message: "is required: the token of a bot, and a chat" },
    ]);
  });

  it("refuses what is no token or no chat", async () => {
    const telegrams = [{ token: "x", chat: "@m" }, { token, chat: "ministry" }, { token }];
    for (const telegram of telegrams) {
      expect((await ask({ format: "telegram", telegram })).status).toBe(422);
    }
  });
});

describe("settings that a chat service has no use for", () => {
  it.each([
    [{ format: "slack", header: { name: "X-Key", value: "1" } }, "/header"],
    [{ format: "slack", asymmetric: true }, "/asymmetric"],
    [{ format: "slack", secret: `whsec_${btoa("s".repeat(32))}` }, "/secret"],
    [{ format: "slack", shape: "card" }, "/shape"],
    [
      { format: "standard", telegram: { token: "1:aaaaaaaaaaaaaaaaaaaaaaaa", chat: "@m" }, url: undefined },
      "/telegram",
    ],
  ])("are refused: %j", async (fields, path) => {
    const refused = await ask({ url: endpoint(), ...fields });
    expect(refused.status).toBe(422);
    expect((await errorsOf(refused))?.map((error) => error.path)).toEqual([path]);
  });

  it("are refused in a change, too, and so is another format", async () => {
    const made = await join({ format: "slack" });
    for (const [change, path] of [
      [{ shape: "card" }, "/shape"],
      [{ format: "teams" }, "/format"],
      [{ url: "https://desk.example/" }, "/url"],
    ] as const) {
      const refused = await own(made, "", "PATCH", change);
      expect(refused.status).toBe(422);
      expect((await errorsOf(refused))?.map((error) => error.path)).toEqual([path]);
    }
    expect((await own(made, "", "PATCH", { format: "slack" })).status).toBe(200);
  });

  it("include a secret: there is none to rotate", async () => {
    const made = await join({ format: "slack" });
    const refused = await own(made, "/rotate-secret", "POST");
    expect(refused.status).toBe(409);
    expect((await refused.json<ProblemJson>()).code).toBe("not-signed");
  });

  it("include a verification", async () => {
    const made = await join({ format: "slack" });
    expect((await own(made, "/verify", "POST")).status).toBe(409);
    expect((await send("POST", `/api/v1/subscriptions/${made.id}/verify`, { verify: false })).status).toBe(
      409,
    );
  });
});
