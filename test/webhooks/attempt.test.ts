import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { buildHeaders } from "../../src/webhooks/attempt.ts";
import { hmacHex } from "../../src/crypto/hmac.ts";
import { standard } from "../../src/webhooks/formats/standard.ts";

const REQUEST = {
  url: "https://desk.example/",
  eventType: "release.published",
  format: standard,
  signers: [],
  hmac: hmacHex,
  userAgent: "communique",
};

describe("a signature", () => {
  it("matches the public test vector of Standard Webhooks", async () => {
    const signed = await buildHeaders(
      {
        ...REQUEST,
        eventId: "msg_p5jXN8AQM9LWM0D4loKWxJek",
        body: '{"test": 2432232314}',
        secrets: ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
      },
      1_614_265_330_000,
    );
    expect(signed).toMatchObject({
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    });
  });

  it("verifies for any body, with each valid secret", async () => {
    const secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", `whsec_${btoa("x".repeat(32))}`];
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), async (text) => {
        const body = JSON.stringify({ text });
        const signed = await buildHeaders({ ...REQUEST, eventId: "evt_1", body, secrets }, Date.now());
        for (const secret of secrets) expect(new Webhook(secret).verify(body, signed)).toEqual({ text });
      }),
    );
  });
});
