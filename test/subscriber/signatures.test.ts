import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { subscriber } from "../../src/runtime/stubs.ts";
import { readSigningKeys } from "../../src/crypto/signing-keys.ts";
import vectors from "../fixtures/standard-webhooks.json" with { type: "json" };
import { type ProblemJson, release, request, subscriberLater } from "../support/service.ts";
import { arrivals, endpoint, own, publishTo, subscribe, viewOf } from "../support/subscriptions.ts";

/** Signs with the public library at the time in the header, because tests move the clock. */
const verifies = (secret: string, { body, headers }: { body: string; headers: Record<string, string> }) => {
  const at = new Date(Number(headers["webhook-timestamp"]) * 1000);
  const right = new Webhook(secret).sign(headers["webhook-id"] ?? "", at, body);
  return (headers["webhook-signature"] ?? "").split(" ").includes(right);
};

interface Rotated {
  secret: string;
  previousUntil: string;
}

describe("an event in the format superdesk", () => {
  it("has the SHA-1 signature of Superdesk, with the newest secret as its key", async () => {
    const made = await subscribe({ format: "superdesk" });
    await publishTo([made], release());
    const { secret } = await (await own(made, "/rotate-secret", "POST")).json<Rotated>();
    await publishTo([made], release());
    const sent = await arrivals(made);
    const expected = await Promise.all(
      [made.secret, secret].map(async (key, index) => `sha1=${await sha1(key, sent[index]!.body)}`),
    );
    expect(sent.map(({ headers }) => headers["x-superdesk-signature"])).toEqual(expected);
    expect(verifies(made.secret, sent[0]!)).toBe(true);
  });
});

/** As superdesk's `hmac.new(key, payload, "sha1")`. */
async function sha1(key: string, body: string): Promise<string> {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const algorithm = { name: "HMAC", hash: "SHA-1" };
  const imported = await crypto.subtle.importKey("raw", bytes(key), algorithm, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, bytes(body))).toHex();
}

describe("an event in the format cloudevents", () => {
  it("verifies its endpoint with the challenge in the envelope", async () => {
    const made = await subscribe({ format: "cloudevents", verify: true, url: endpoint("echo,204") });
    expect((await viewOf(made)).status).toBe("active");
  });

  it("is signed and verified as a standard one", async () => {
    const made = await subscribe({ format: "cloudevents" });
    await publishTo([made], release());
    const [sent] = await arrivals(made);
    expect(sent?.headers["content-type"]).toBe("application/cloudevents+json; charset=utf-8");
    expect(verifies(made.secret, sent!)).toBe(true);
    expect(JSON.parse(sent!.body)).toMatchObject({
      specversion: "1.0",
      id: sent?.headers["webhook-id"],
      data: { type: "release.published", data: { id: sent?.headers["webhook-id"] } },
    });
  });
});

describe("a secret that is rotated", () => {
  it("signs with the new one for a day, and no longer", async () => {
    const made = await subscribe();
    const response = await own(made, "/rotate-secret", "POST");
    expect(response.status).toBe(200);
    expect(response.headers.get("cache-control")).toBe("no-store");
    const { secret } = await response.json<Rotated>();
    expect(secret).not.toBe(made.secret);
    expect(Uint8Array.fromBase64(secret.replace("whsec_", "")).length).toBe(32);
    await publishTo([made], release());
    // A minute on both sides, because a loaded machine takes seconds for the calls.
    await subscriberLater(made.id, 86_340);
    await publishTo([made], release());
    await subscriberLater(made.id, 120);
    await publishTo([made], release());
    const sent = await arrivals(made);
    expect(sent.map((arrival) => [verifies(made.secret, arrival), verifies(secret, arrival)])).toEqual([
      [true, true],
      [true, true],
      [false, true],
    ]);
    expect(sent.map(({ headers }) => headers["webhook-signature"]?.split(" ").length)).toEqual([2, 2, 1]);
  });

  it("expires at once or after up to a week, as its owner requests", async () => {
    const leaked = await subscribe();
    await own(leaked, "/rotate-secret", "POST", { overlapSeconds: 0 });
    await publishTo([leaked], release());
    expect(verifies(leaked.secret, (await arrivals(leaked))[0]!)).toBe(false);

    const made = await subscribe();
    await own(made, "/rotate-secret", "POST", { overlapSeconds: 7 * 86_400 });
    await subscriberLater(made.id, 7 * 86_400 - 1);
    await publishTo([made], release());
    expect(verifies(made.secret, (await arrivals(made))[0]!)).toBe(true);
    for (const overlapSeconds of [7 * 86_400 + 1, -1, 1.5, "day"]) {
      const refused = await own(made, "/rotate-secret", "POST", { overlapSeconds });
      expect(refused.status).toBe(422);
    }
  });

  it("keeps its expiry when a later rotation allows more time", async () => {
    const made = await subscribe();
    const second = await (
      await own(made, "/rotate-secret", "POST", { overlapSeconds: 3_600 })
    ).json<Rotated>();
    await own(made, "/rotate-secret", "POST", { overlapSeconds: 7 * 86_400 });
    await subscriberLater(made.id, 3_601);
    await publishTo([made], release());
    const [arrival] = await arrivals(made);
    expect([made.secret, second.secret].map((secret) => verifies(secret, arrival!))).toEqual([false, true]);
  });

  it("is refused when more than five secrets would sign, unless the older ones stop at once", async () => {
    const made = await subscribe();
    const rotate = (body?: unknown) => own(made, "/rotate-secret", "POST", body);
    const secrets = [made.secret];
    for (let count = 0; count < 4; count += 1) secrets.push((await (await rotate()).json<Rotated>()).secret);
    const refused = await rotate();
    const { code, detail } = await refused.json<ProblemJson>();
    expect([refused.status, code]).toEqual([429, "too-many-requests"]);
    expect(detail).toContain('"overlapSeconds": 0');
    const seconds = Number(refused.headers.get("retry-after"));
    expect([seconds > 86_300, seconds <= 86_400]).toEqual([true, true]);
    await publishTo([made], release());
    const [arrival] = await arrivals(made);
    expect(secrets.map((secret) => verifies(secret, arrival!))).toEqual(secrets.map(() => true));

    expect((await rotate({ overlapSeconds: 0 })).status).toBe(200);
    expect((await rotate()).status).toBe(200);
    await subscriberLater(made.id, 86_401);
    expect((await rotate()).status).toBe(200);
  });

  it("is encrypted at rest", async () => {
    const made = await subscribe({ header: { name: "X-Token", value: "very-secret-value" } });
    const { secret } = await (await own(made, "/rotate-secret", "POST")).json<Rotated>();
    const kept = await runInDurableObject(subscriber(env, made.id), (_instance, { storage }) =>
      JSON.stringify([...storage.kv.list()]),
    );
    for (const text of [secret.slice(6), made.secret.slice(6), "very-secret-value"]) {
      expect(kept).not.toContain(text);
    }
    expect(JSON.stringify(await viewOf(made))).not.toContain("very-secret-value");
  });
});

describe("the asymmetric signature", () => {
  it("matches the public test vector", async () => {
    const vector = vectors.vectors.find(({ name }) => name === "v1a")!;
    const [key] = await readSigningKeys(vector.secret);
    const signature = await key!.sign(`${vector.id}.${vector.ts}.${vector.body}`);
    expect(`v1a,${signature}`).toBe(vector.signature);
    expect(Uint8Array.fromBase64(key!.jwk.x, { alphabet: "base64url" })).toEqual(
      Uint8Array.fromBase64(vector.public!.replace("whpk_", "")),
    );
  });

  it("is sent only if requested, and verifies with the published key", async () => {
    const [plain, made] = [await subscribe(), await subscribe({ asymmetric: true })];
    await publishTo([plain, made], release());
    expect((await arrivals(plain))[0]!.headers["webhook-signature"]).not.toContain("v1a,");
    const [{ body, headers } = { body: "", headers: {} as Record<string, string> }] = await arrivals(made);
    expect(verifies(made.secret, { body, headers })).toBe(true);
    const response = await request("/.well-known/webhook-keys.json");
    expect(response.headers.get("content-type")).toBe("application/jwk-set+json");
    const { keys } = await response.json<{ keys: (JsonWebKey & { kid: string })[] }>();
    const key = await crypto.subtle.importKey("jwk", keys[0]!, { name: "Ed25519" }, false, ["verify"]);
    const signature = /v1a,(\S+)/.exec(headers["webhook-signature"] ?? "")?.[1] ?? "";
    const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
    const isRight = (text: string) =>
      crypto.subtle.verify("Ed25519", key, Uint8Array.fromBase64(signature), new TextEncoder().encode(text));
    expect(await isRight(signed)).toBe(true);
    expect(await isRight(`${signed} `)).toBe(false);
  });

  it("can be switched on and off later", async () => {
    const made = await subscribe();
    await own(made, "", "PATCH", { asymmetric: true });
    await publishTo([made], release());
    await own(made, "", "PATCH", { asymmetric: false });
    await publishTo([made], release());
    expect(
      (await arrivals(made)).map(({ headers }) => headers["webhook-signature"]?.includes("v1a,")),
    ).toEqual([true, false]);
  });

  it("is made with the old key and the new key during a replacement", async () => {
    const [one, two] = ["A".repeat(32), "B".repeat(32)].map((seed) => `whsk_${btoa(seed)}`);
    const keys = await readSigningKeys(`${two}, ${one}`);
    expect(new Set(keys.map(({ jwk }) => jwk.kid)).size).toBe(2);
    expect((await readSigningKeys(one!))[0]!.jwk).toEqual(keys[1]!.jwk);
    await expect(readSigningKeys("whsk_AAAA")).rejects.toThrow("SIGNING_KEY must be");
    await expect(readSigningKeys(one!.slice(5))).rejects.toThrow("SIGNING_KEY must be");
  });
});

describe("the owner's header", () => {
  it("is sent with each delivery, and can be changed and removed", async () => {
    const header = { name: "Authorization", value: "Bearer desk-token" };
    const made = await subscribe({ header });
    expect(await viewOf(made)).toMatchObject({ header: { name: "Authorization" } });
    await publishTo([made], release());
    await own(made, "", "PATCH", { header: { name: "X-Desk", value: "another" } });
    await publishTo([made], release());
    await own(made, "", "PATCH", { header: null });
    await publishTo([made], release());
    expect(
      (await arrivals(made)).map(({ headers }) => [headers["authorization"], headers["x-desk"]]),
    ).toEqual([
      ["Bearer desk-token", undefined],
      [undefined, "another"],
      [undefined, undefined],
    ]);
  });

  it.each([
    ["Webhook-Signature", "v1,x", "/header/name"],
    ["Host", "inside.example", "/header/name"],
    ["content-type", "text/plain", "/header/name"],
    ["Transfer-Encoding", "chunked", "/header/name"],
    ["X Y", "1", "/header/name"],
    ["X-", "1", "/header/name"],
    ["Metadata-Flavor", "Google", "/header/name"],
    ["Metadata", "true", "/header/name"],
    ["Forwarded", "for=10.0.0.1", "/header/name"],
    ["True-Client-IP", "10.0.0.1", "/header/name"],
    ["Origin", "https://inside.example", "/header/name"],
    ["CF-Connecting-IP", "10.0.0.1", "/header/name"],
    ["X-HTTP-Method-Override", "DELETE", "/header/name"],
    ["x-http-method", "DELETE", "/header/name"],
    ["X-Method-Override", "DELETE", "/header/name"],
    ["X-Forwarded-For", "10.0.0.1", "/header/name"],
    ["X-Forwarded", "for=10.0.0.1", "/header/name"],
    ["X-Real-IP", "10.0.0.1", "/header/name"],
    ["X-Client-IP", "10.0.0.1", "/header/name"],
    ["X-Cluster-Client-IP", "10.0.0.1", "/header/name"],
    ["X-Remote-User", "admin", "/header/name"],
    ["X-WEBAUTH-USER", "admin", "/header/name"],
    ["X-Original-URL", "/admin", "/header/name"],
    ["X-Rewrite-URL", "/admin", "/header/name"],
    ["X-Vault-Token", "1", "/header/name"],
    ["X-Consul-Token", "1", "/header/name"],
    ["X-aws-ec2-metadata-token", "1", "/header/name"],
    ["X-aws-ec2-metadata-token-ttl-seconds", "60", "/header/name"],
    ["X-Amz-Target", "1", "/header/name"],
    ["X-Goog-User-Project", "1", "/header/name"],
    ["X-Google-Metadata-Request", "True", "/header/name"],
    ["X-Metadata-Token", "1", "/header/name"],
    ["X-IDENTITY-HEADER", "1", "/header/name"],
    ["X-ms-copy-source", "1", "/header/name"],
    ["X-Middleware-Subrequest", "middleware", "/header/name"],
    ["X-Y", "a\r\nHost: inside", "/header/value"],
    ["X-Y", "", "/header/value"],
    ["X-Y", "ա", "/header/value"],
  ])("may not be %s: %j", async (name, value, path) => {
    const response = await request("/api/v1/subscriptions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ url: endpoint("500"), header: { name, value } }),
    });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ errors: [{ path }] });
  });

  it.each(["Authorization", "X-Api-Key", "x-token", "X-Auth-Token", "X-Gitlab-Token", "X-Webhook-Secret"])(
    "may be %s",
    async (name) => {
      const made = await subscribe({ header: { name, value: "1" } });
      await publishTo([made], release());
      expect((await arrivals(made)).map(({ headers }) => headers[name.toLowerCase()])).toEqual(["1"]);
    },
  );
});
