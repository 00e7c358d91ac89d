import { env } from "cloudflare:workers";
import { createExecutionContext, runInDurableObject } from "cloudflare:test";
import { describe, expect, inject, it } from "vitest";
import { attemptDelivery, type AttemptTools } from "../../src/webhooks/attempt.ts";
import { hmacHex } from "../../src/crypto/hmac.ts";
import { standard } from "../../src/webhooks/formats/standard.ts";
import { ResolverError } from "../../src/webhooks/dns.ts";
import { isPublicAddress, checkTargetUrl } from "../../src/domain/target-url.ts";
import { app } from "../../src/http/app.ts";
import { subscriber } from "../../src/runtime/stubs.ts";
import { Subscriber } from "../../src/subscriber/subscriber.ts";
import targets from "../fixtures/targets.json" with { type: "json" };
import { ADMIN, BASE_URL, type ProblemJson, release, request } from "../support/service.ts";
import { arrivals, deliveries, endpoint, publishTo, subscribe } from "../support/subscriptions.ts";

/** An address as a URL has it. */
const urlOf = (address: string) => `https://${address.includes(":") ? `[${address}]` : address}/hook`;

/** A resolver that answers with these addresses, one after the other. */
const resolver = (...addresses: string[]) =>
  `${inject("receiverUrl")}/dns/${crypto.randomUUID()}/${addresses.join(",")}`;

/** Subscribes at a service that refuses local targets. */
async function ask(
  url: string,
  vars: Record<string, string> = {},
  headers: Record<string, string> = {},
  body: Record<string, unknown> = {},
): Promise<Response> {
  return app.fetch(
    new Request(`${BASE_URL}/api/v1/subscriptions`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "cf-connecting-ip": `2001:db8:${Math.floor(Math.random() * 0xffff).toString(16)}::1`,
        ...headers,
      },
      body: JSON.stringify({ url, ...body }),
    }),
    { ...env, LOCAL_TARGETS: "deny", DNS_RESOLVER: "off", ...vars },
    createExecutionContext(),
  );
}

/** Whether a subscription with this URL can be created; nothing is sent there. */
async function isAccepted(url: string, vars: Record<string, string> = {}): Promise<boolean> {
  const made = await ask(url, vars, ADMIN, { verify: false });
  if (made.status !== 201) return false;
  await request(made.headers.get("location") ?? "", { method: "DELETE", headers: ADMIN });
  return true;
}

describe("a target", () => {
  it.each(targets.block)("at %s is refused at creation, with a reason", async (address) => {
    const response = await ask(urlOf(address));
    expect(response.status).toBe(422);
    const [error] = (await response.json<ProblemJson>()).errors ?? [];
    expect(error).toMatchObject({ path: "/url", message: expect.stringContaining("must") });
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(targets.urls)("of the form %s is refused at creation, with a reason", async (url) => {
    const response = await ask(url);
    expect(response.status).toBe(422);
    expect((await response.json<ProblemJson>()).errors).toMatchObject([{ path: "/url" }]);
  });

  it.each(targets.allow)("at %s is accepted", (address) => {
    expect(checkTargetUrl(urlOf(address), "deny")).toMatchObject({ ok: true });
    expect(isPublicAddress(address)).toBe(true);
  });

  it("is accepted by the service where an address is allowed", async () => {
    const [address = ""] = targets.allow;
    expect(await isAccepted(urlOf(address))).toBe(true);
  });
});

describe("a name", () => {
  it("that resolves to a private address is refused at creation", async () => {
    const response = await ask("https://desk.example/", { DNS_RESOLVER: resolver("10.0.0.1") });
    expect(response.status).toBe(422);
    const text = await response.text();
    expect(text).toContain("must not resolve to a special or private address");
    expect(text).not.toContain("10.0.0.1");
  });

  it.each([
    ["93.184.216.34+10.0.0.1"],
    ["10.0.0.1+93.184.216.34"],
    ["93.184.216.34+fd00::1"],
    ["10.0.0.1+2606:2800:220:1::1"],
    ["2606:2800:220:1::1+fd00::1"],
  ])("with a private address among others is refused: %s", async (addresses) => {
    expect((await ask("https://desk.example/", { DNS_RESOLVER: resolver(addresses) })).status).toBe(422);
  });

  it("with public addresses of both kinds is accepted", async () => {
    const vars = { DNS_RESOLVER: resolver("93.184.216.34+1.1.1.1+2606:2800:220:1::1") };
    expect(await isAccepted("https://desk.example/", vars)).toBe(true);
  });

  it("that does not resolve is refused; if the resolver fails, it is looked up again later", async () => {
    const nowhere = await ask("https://desk.example/", { DNS_RESOLVER: resolver("none") });
    expect(nowhere.status).toBe(422);
    expect(await isAccepted("https://desk.example/", { DNS_RESOLVER: resolver("broken") })).toBe(true);
  });

  it("whose name servers fail for IPv6 is refused, because its IPv6 addresses are not known", async () => {
    const response = await ask("https://desk.example/", { DNS_RESOLVER: resolver("half:93.184.216.34") });
    expect(response.status).toBe(422);
    expect(await response.text()).toContain("name servers do not answer");
  });

  it("that resolves to a private address after creation gets no POST", async () => {
    const vars = { DNS_RESOLVER: resolver("93.184.216.34", "169.254.169.254") };
    const response = await ask("https://desk.example/", vars);
    expect(response.status).toBe(201);
    const { id } = await response.json<{ id: string }>();
    // The same object with that resolver: it looks the host up before the attempt, and makes none.
    const verification = await runInDurableObject(subscriber(env, id), async (instance, state) => {
      await instance.idle();
      const strict = new Subscriber(state, { ...env, LOCAL_TARGETS: "deny", ...vars });
      strict.clock = () => Date.now() + 60_000;
      await strict.idle();
      return (await strict.deliveries({ limit: 1 }))?.deliveries[0];
    });
    expect(verification).toMatchObject({
      state: "pending",
      reason: "the URL must not resolve to a special or private address",
    });
  });

  const REQUEST = {
    url: "https://desk.example/",
    eventId: "evt_1",
    eventType: "release.published",
    format: standard,
    body: "{}",
    secrets: [`whsec_${btoa("x".repeat(32))}`],
    signers: [],
    hmac: hmacHex,
    userAgent: "communique",
  };
  const posted: string[] = [];
  const tools = (over: Partial<AttemptTools>): AttemptTools => ({
    fetch: (url, init) => {
      if (init.method === "POST") posted.push(url);
      return fetch(url, init);
    },
    now: () => Date.now(),
    signal: AbortSignal.timeout(4_000),
    localTargets: "deny",
    resolver: undefined,
    isStillDue: () => true,
    ...over,
  });

  it("is looked up before each attempt", async () => {
    const asked = resolver("192.168.0.1", "10.1.1.1");
    for (let attempt = 0; attempt < 2; attempt += 1) {
      expect(await attemptDelivery(REQUEST, tools({ resolver: asked }))).toMatchObject({
        kind: "target-refused",
      });
    }
    const url = new URL(asked);
    const questions = await (await fetch(`${url.origin}${url.pathname.replace("/dns/", "/asked/")}`)).json();
    expect(questions).toHaveLength(2);
    expect(posted).toEqual([]);
  });

  it("that the resolver cannot look up is a failure of our own, and no attempt", async () => {
    await expect(attemptDelivery(REQUEST, tools({ resolver: resolver("broken") }))).rejects.toThrow(
      ResolverError,
    );
    expect(posted).toEqual([]);
  });

  it("gets no POST when the release is killed during the lookup", async () => {
    const result = await attemptDelivery(
      REQUEST,
      tools({ resolver: resolver("8.8.8.8"), isStillDue: () => false }),
    );
    expect(result).toBeUndefined();
    expect(posted).toEqual([]);
  });
});

describe("an answer", () => {
  it("that redirects to a private address is not followed", async () => {
    const made = await subscribe({ url: endpoint("redirect-inside") });
    await publishTo([made], release());
    expect((await deliveries(made))[0]).toMatchObject({
      state: "pending",
      reason: "answered 302; redirects are not followed",
    });
    expect((await arrivals(made)).length).toBe(1);
  });

  it("that trickles without end is aborted", async () => {
    const made = await subscribe({ url: endpoint("trickle") });
    await publishTo([made], release());
    expect((await deliveries(made))[0]).toMatchObject({ state: "delivered" });
  });
});
