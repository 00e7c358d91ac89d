import { describe, expect, it } from "vitest";
import { isStrongSecret } from "../../src/domain/secrets.ts";

describe("a secret", () => {
  it.each([
    ["32 bytes in base64", "3q2+7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs="],
    ["32 bytes in base64url", "3q2-7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs"],
    ["48 bytes", "3q2+7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhtzAgMEBQYHCAkKCwwNDg8Q"],
  ])("may be %s", (_what, text) => {
    expect(isStrongSecret(text)).toBe(true);
  });

  it("may be whatever 32 random bytes give", () => {
    for (let count = 0; count < 1_000; count += 1) {
      expect(isStrongSecret(crypto.getRandomValues(new Uint8Array(32)).toBase64())).toBe(true);
    }
  });

  it.each([
    ["one letter", "t"],
    ["31 bytes", "3q2+7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGg=="],
    ["padding", `abc${"=".repeat(60)}`],
    ["one character, repeated", "A".repeat(44)],
    ["a few characters, repeated", "abcdefg".repeat(10)],
    ["words", "correct horse battery staple, and forty characters more"],
    ["nothing", ""],
  ])("may not be %s", (_what, text) => {
    expect(isStrongSecret(text)).toBe(false);
  });
});
