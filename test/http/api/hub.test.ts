import { describe, expect, it } from "vitest";
import { askedBy, askHub, callback, delivered, sentTo, subscribeAtHub } from "../../support/hub.ts";
import { untilRefused } from "../../support/rate-limits.ts";
import {
  BASE_URL,
  ledgerRows,
  newsroomLater,
  type ProblemJson,
  publish,
  release,
  request,
  settled,
} from "../../support/service.ts";

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const countSubscriptions = async () =>
  (await ledgerRows<{ count: number }>("SELECT count(*) AS count FROM subscriptions"))[0]!.count;

/** The fields of a request that the hub takes. */
const fields = (more: Record<string, string> = {}) => ({
  "hub.mode": "subscribe",
  "hub.callback": callback(),
  "hub.topic": `${BASE_URL}/en/feed.atom`,
  ...more,
});

/** The code of a refusal, and the issues that it names. */
async function refusal(response: Response): Promise<[number, string, string[]]> {
  const { code, errors = [] } = await response.json<ProblemJson>();
  return [response.status, code, errors.map(({ path, message }) => `${path} ${message}`)];
}

describe("a subscriber of the hub", () => {
  it.each(["atom", "rss", "json"])("gets the whole feed in %s with its type and links", async (format) => {
    await publish(release());
    await settled();
    await newsroomLater(120);
    const to = callback("a=1&answers=204&a=2");
    const { id } = await subscribeAtHub(to, `/en/feed.${format}`);
    const [asked] = await askedBy(to);
    expect([...asked!]).toEqual([
      ["a", "1"],
      ["answers", "204"],
      ["a", "2"],
      ["hub.mode", "subscribe"],
      ["hub.topic", `${BASE_URL}/en/feed.${format}`],
      ["hub.challenge", expect.stringMatching(/^\S{32}$/)],
      ["hub.lease_seconds", "864000"],
    ]);
    expect(await sentTo(to)).toEqual([]);
    await publish(release());
    await delivered(id);
    const sent = await sentTo(to);
    const feed = await request(`/en/feed.${format}`);
    expect(sent.map(({ body }) => body)).toEqual([await feed.text()]);
    expect(sent[0]!.headers).toMatchObject({
      "content-type": feed.headers.get("content-type"),
      link: `<${BASE_URL}/hub>; rel="hub", <${BASE_URL}/en/feed.${format}>; rel="self"`,
      "user-agent": `communique (+${BASE_URL})`,
    });
    expect(Object.keys(sent[0]!.headers).filter((name) => /^webhook-|^x-hub/.test(name))).toEqual([]);
  });

  it.each([
    ["0", "3600"],
    ["9".repeat(40), "2592000"],
  ])("gets the nearest lease that the hub gives, when it asks for %s seconds", async (wanted, given) => {
    const to = callback();
    await subscribeAtHub(to, "/en/feed.atom", { "hub.lease_seconds": wanted });
    const [asked] = await askedBy(to);
    expect(asked?.get("hub.lease_seconds")).toBe(given);
  });

  it("may send parameters that the hub does not know, and none that it may leave out", async () => {
    const response = await askHub({ ...fields(), foo: "bar", "hub.foo": "hub.bar", "hub.secret": "" });
    expect([response.status, await response.text()]).toEqual([202, ""]);
  });

  it.each(["/feed.json", "/en/types/press-release/feed.rss", "/en/feed.atom?type=press-release&type=speech"])(
    "may have %s as its topic",
    async (topic) => {
      await publish(release());
      await settled();
      await newsroomLater(120);
      const to = callback();
      const { id } = await subscribeAtHub(to, topic);
      await publish(release({ title: "For this topic" }));
      await delivered(id);
      await delivered(id);
      expect((await sentTo(to)).map(({ body }) => body.includes("For this topic"))).toEqual([true]);
    },
  );
});

describe("the hub refuses", () => {
  it.each<[string, Record<string, string>, string]>([
    ["a mode that is none", { "hub.mode": "follow" }, "/hub.mode must be subscribe, unsubscribe or publish"],
    ["a request without a callback", { "hub.callback": "" }, "/hub.callback is required"],
    [
      "a callback inside a network",
      { "hub.callback": "https://10.0.0.1/" },
      "/hub.callback must not point to a special or private address",
    ],
    [
      "a callback that is not https",
      { "hub.callback": "http://desk.example/" },
      "/hub.callback must be an https URL",
    ],
    [
      "a callback with a fragment",
      { "hub.callback": "https://desk.example/#a" },
      "/hub.callback must not have a fragment",
    ],
    [
      "the feed of another site",
      { "hub.topic": "https://other.example/feed.rss" },
      `/hub.topic must be a feed of this site; ${BASE_URL}/feeds lists them`,
    ],
    [
      "a page as topic",
      { "hub.topic": `${BASE_URL}/en` },
      `/hub.topic must be a feed of this site; ${BASE_URL}/feeds lists them`,
    ],
    [
      "another spelling of a topic",
      { "hub.topic": `${BASE_URL}/EN/feed.rss?utm=x` },
      `/hub.topic must be ${BASE_URL}/en/feed.rss`,
    ],
    [
      "an archive as topic",
      { "hub.topic": `${BASE_URL}/en/archive/1/feed.rss` },
      `/hub.topic must be ${BASE_URL}/en/feed.rss`,
    ],
    [
      "a lease that is no number",
      { "hub.lease_seconds": "-1" },
      "/hub.lease_seconds must be a number of seconds",
    ],
    ["a secret of 200 bytes", { "hub.secret": "é".repeat(100) }, "/hub.secret must have at most 199 bytes"],
  ])("%s", async (_what, wrong, issue) => {
    const before = await countSubscriptions();
    const response = await askHub(fields(wrong));
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await refusal(response)).toEqual([400, "malformed-hub-request", [issue]]);
    expect(await countSubscriptions()).toBe(before);
  });

  it("a parameter that is given twice", async () => {
    const form = Object.entries(fields());
    const twice = await askHub([...form, ["hub.topic", `${BASE_URL}/feed.rss`]]);
    expect(await refusal(twice)).toEqual([400, "malformed-hub-request", ["/hub.topic must be given once"]]);
  });

  it("a topic whose value does not exist", async () => {
    const { code, detail } = await (
      await askHub(fields({ "hub.topic": `${BASE_URL}/en/topics/none/feed.rss` }))
    ).json<ProblemJson>();
    expect([code, detail]).toEqual(["unknown-topic", expect.stringContaining(`${BASE_URL}/feeds`)]);
  });

  it("what is no form, or too long", async () => {
    const json = await request("/hub", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    expect((await refusal(json)).slice(0, 2)).toEqual([415, "unsupported-media-type"]);
    const long = await request("/hub", { method: "POST", headers: FORM, body: "a".repeat(16_385) });
    expect((await refusal(long)).slice(0, 2)).toEqual([413, "body-too-large"]);
    expect((await request("/hub")).status).toBe(405);
  });

  it("more verifications than a client may cause", async () => {
    const client = { "cf-connecting-ip": "203.0.113.80" };
    // One subscription, asked for again and again: there is a limit of pending ones too.
    const same = fields();
    const { sent, refused } = await untilRefused(() => askHub(same, client));
    expect(sent).toBeGreaterThanOrEqual(20);
    expect((await refusal(refused)).slice(0, 2)).toEqual([429, "too-many-verifications"]);
  });
});

describe("a notice of a publisher", () => {
  it("is taken for our topics, and changes nothing", async () => {
    const to = callback();
    await publish(release());
    await settled();
    await newsroomLater(120);
    await subscribeAtHub(to, "/en/feed.atom");
    for (const name of ["hub.url", "hub.topic"]) {
      const response = await askHub({ "hub.mode": "publish", [name]: `${BASE_URL}/en/feed.atom` });
      expect(response.status).toBe(202);
    }
    await settled();
    expect(await sentTo(to)).toEqual([]);
    const foreign = await askHub({ "hub.mode": "publish", "hub.url": "https://other.example/feed" });
    expect((await refusal(foreign)).slice(0, 2)).toEqual([400, "malformed-hub-request"]);
    expect((await askHub({ "hub.mode": "publish" })).status).toBe(400);
  });
});
