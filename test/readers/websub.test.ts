/**
 * The tests of websub.rocks for hubs (100 to 104) and for publishers, against the built Worker on workerd.
 */
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { BuiltService } from "../built/built-service.ts";
import { ApiClient, newRelease } from "../chaos/api-client.ts";
import { pollUntil } from "../chaos/poll-until.ts";
import { discover, WebSubSubscriber } from "./websub-subscriber.ts";

const ADMIN_TOKEN = "websub-admin-token-0123456789-0123456789-abcdefgh";
const WITHIN_MS = 60_000;

let service: BuiltService;
let api: ApiClient;
beforeAll(async () => {
  service = await BuiltService.start({
    ADMIN_TOKEN,
    SECRETS_KEY: "d2Vic3ViLXNlY3JldHMta2V5LW9mLWVub3VnaC1ieXRlcy0wMTIzNDU=",
    LOCAL_TARGETS: "loopback",
    DNS_RESOLVER: "off",
    RETRY_SCHEDULE: "0,1,1,1,1",
  });
  api = new ApiClient(service.url, ADMIN_TOKEN);
  await api.publish(newRelease("The first"));
});
afterAll(() => service[Symbol.asyncDispose]());

const at = (path: string) => new URL(path, service.url).href;

async function subscriberOf(path: string): Promise<WebSubSubscriber> {
  const subscriber = await WebSubSubscriber.at(at(path));
  onTestFinished(() => subscriber[Symbol.asyncDispose]());
  return subscriber;
}

/** Waits for the answer to the `count`th query of the hub. */
async function untilAsked({ asked }: WebSubSubscriber, count = 1): Promise<URLSearchParams> {
  return pollUntil("the hub asks", WITHIN_MS, async () => asked[count - 1]);
}

/** The notifications that have one title as the latest of these, in order. */
const withLatest = ({ notifications }: WebSubSubscriber, title: string, later: readonly string[] = []) =>
  notifications.filter(({ body }) => body.includes(title) && later.every((each) => !body.includes(each)));

async function untilNotified(subscriber: WebSubSubscriber, title: string): Promise<void> {
  await pollUntil(`a notification with ${title}`, WITHIN_MS, async () => withLatest(subscriber, title)[0]);
}

/** Publishes, and waits until these subscribers have it. */
async function publishTo(title: string, ...subscribers: WebSubSubscriber[]): Promise<void> {
  await api.publish(newRelease(title));
  for (const subscriber of subscribers) await untilNotified(subscriber, title);
}

const faultsOf = ({ notifications }: WebSubSubscriber) => notifications.flatMap(({ faults }) => faults);

describe("the hub", () => {
  test("100: serves a typical subscriber", async () => {
    const subscriber = await subscriberOf("/en/feed.atom");
    expect(await subscriber.request("subscribe")).toBe(202);
    const query = await untilAsked(subscriber);
    expect(Object.fromEntries(query)).toMatchObject({
      "hub.mode": "subscribe",
      "hub.topic": at("/en/feed.atom"),
      "hub.challenge": expect.stringMatching(/./),
      "hub.lease_seconds": expect.stringMatching(/^[1-9]\d*$/),
    });
    await publishTo("Test 100", subscriber);
    expect(faultsOf(subscriber)).toEqual([]);
    // A moment later GET shows it everywhere on this machine.
    await pollUntil("the topic has the same bytes", WITHIN_MS, async () => {
      const feed = await (await fetch(subscriber.topic)).text();
      return feed === subscriber.notifications.at(-1)?.body ? true : undefined;
    });
  });

  test("101: signs for a subscriber with a secret", async () => {
    const subscriber = await subscriberOf("/en/feed.json");
    subscriber.secret = "a secret of 101";
    expect(await subscriber.request("subscribe", { "hub.secret": subscriber.secret })).toBe(202);
    await untilAsked(subscriber);
    await publishTo("Test 101", subscriber);
    expect(faultsOf(subscriber)).toEqual([]);
  });

  test("102: ignores parameters that it does not know", async () => {
    const subscriber = await subscriberOf("/en/feed.rss");
    expect(await subscriber.request("subscribe", { foo: "bar", "hub.foo": "hub.bar" })).toBe(202);
    await untilAsked(subscriber);
    await publishTo("Test 102", subscriber);
    expect(faultsOf(subscriber)).toEqual([]);
  });

  test("103: sends one notification after a subscriber has subscribed again", async () => {
    const [subscriber, control] = [await subscriberOf("/en/feed.atom"), await subscriberOf("/en/feed.atom")];
    for (const each of [subscriber, control]) {
      expect(await each.request("subscribe")).toBe(202);
      await untilAsked(each);
    }
    await publishTo("Before 103", subscriber, control);
    expect(await subscriber.request("subscribe")).toBe(202);
    await untilAsked(subscriber, 2);
    await publishTo("Test 103", subscriber, control);
    await publishTo("After 103", subscriber, control);
    expect(withLatest(subscriber, "Test 103", ["After 103"]).length).toBe(1);
    expect(withLatest(subscriber, "After 103").length).toBe(1);
    expect(faultsOf(subscriber)).toEqual([]);
  });

  test("104: sends nothing after an unsubscription", async () => {
    const [subscriber, control] = [await subscriberOf("/feed.atom"), await subscriberOf("/feed.atom")];
    for (const each of [subscriber, control]) {
      expect(await each.request("subscribe")).toBe(202);
      await untilAsked(each);
    }
    await publishTo("Before 104", subscriber, control);
    expect(await subscriber.request("unsubscribe")).toBe(202);
    expect((await untilAsked(subscriber, 2)).get("hub.mode")).toBe("unsubscribe");
    await publishTo("Test 104", control);
    await publishTo("After 104", control);
    expect(withLatest(subscriber, "Test 104")).toEqual([]);
  });

  test("sends an update that comes between the request and its verification, once", async () => {
    const subscriber = await subscriberOf("/en/feed.atom");
    const published = Promise.withResolvers<void>();
    subscriber.confirms = async () => {
      await published.promise;
      return true;
    };
    expect(await subscriber.request("subscribe")).toBe(202);
    await api.publish(newRelease("In between"));
    await pollUntil("readers see it", WITHIN_MS, async () =>
      (await (await fetch(subscriber.topic)).text()).includes("In between") ? true : undefined,
    );
    expect(subscriber.notifications).toEqual([]);
    published.resolve();
    await untilNotified(subscriber, "In between");
    await publishTo("After it", subscriber);
    expect(withLatest(subscriber, "In between", ["After it"]).length).toBe(1);
  });

  test("sends an update that comes between the fetch of the feed and the request", async () => {
    const subscriber = await subscriberOf("/en/feed.rss");
    await api.publish(newRelease("After the fetch"));
    expect(await subscriber.request("subscribe")).toBe(202);
    await untilNotified(subscriber, "After the fetch");
  });

  test("changes nothing where the subscriber denies a request", async () => {
    const subscriber = await subscriberOf("/en/feed.atom");
    expect(await subscriber.request("subscribe")).toBe(202);
    await untilAsked(subscriber);
    subscriber.confirms = () => false;
    expect(await subscriber.request("unsubscribe")).toBe(202);
    await untilAsked(subscriber, 2);
    await publishTo("Still subscribed", subscriber);
    expect(faultsOf(subscriber)).toEqual([]);
  });
});

describe("the publisher", () => {
  test.each([
    "/feed.rss",
    "/en/feed.atom",
    "/en/types/press-release/feed.rss",
    "/en/feed.atom?type=press-release&type=speech",
  ])("names hub and topic of %s in headers and document", async (path) => {
    const { headers, document } = await discover(at(path));
    const named = { hub: [at("/hub")], self: [at(path)] };
    expect(headers).toEqual(named);
    const unescaped = {
      ...document,
      self: document.self.map((href) => href.replaceAll(/&(?:amp|#x26);/g, "&")),
    };
    expect(unescaped).toEqual(named);
  });

  test("names them of JSON Feed in headers, and the hub in the document", async () => {
    const { headers, body } = await discover(at("/en/feed.json"));
    expect(headers).toEqual({ hub: [at("/hub")], self: [at("/en/feed.json")] });
    expect(JSON.parse(body)).toMatchObject({ hubs: [{ type: "WebSub", url: at("/hub") }] });
  });

  test("lets a subscriber begin at the page of a list", async () => {
    const subscriber = await subscriberOf("/en");
    expect(subscriber.topic).toBe(at("/en/feed.atom"));
    expect(await subscriber.request("subscribe", { "hub.lease_seconds": "7200" })).toBe(202);
    expect((await untilAsked(subscriber)).get("hub.lease_seconds")).toBe("7200");
    await publishTo("For a page", subscriber);
    expect(faultsOf(subscriber)).toEqual([]);
  });
});
