import { describe, expect, it } from "vitest";
import { sameSecret } from "../../src/crypto/tokens.ts";

describe("the comparison of secrets", () => {
  it("accepts the secret and none of thousands of others", async () => {
    const secret = "a-secret-of-the-tests";
    expect(await sameSecret(secret, secret)).toBe(true);
    const others = Array.from({ length: 4_096 }, (_, index) => `${secret}${index}`);
    const accepted = await Promise.all(others.map((each) => sameSecret(each, secret)));
    expect(accepted.filter(Boolean)).toEqual([]);
    expect(await sameSecret("", secret)).toBe(false);
  });
});
