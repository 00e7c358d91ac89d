import { expect, it } from "vitest";
import { edgeRefusal } from "../../src/domain/edge-refusal.ts";

const CHALLENGE = "<!DOCTYPE html><html lang=en><title>Just a moment...</title>";
const BLOCK =
  "<title>Attention Required! | Cloudflare</title><div id=cf-error-details><h1>Sorry, you have been blocked</h1>";

it.each([
  ["the header alone", 200, "challenge", "", "challenge"],
  ["the page with 403", 403, null, CHALLENGE, "challenge"],
  ["the page with 503, as of older zones", 503, null, CHALLENGE, "challenge"],
  ["a page that blocks", 403, null, BLOCK, "block"],
  ["a refusal of the server itself", 403, null, "Forbidden", undefined],
  ["a release about such a page", 200, null, CHALLENGE, undefined],
  ["another value of the header", 403, "none", "", undefined],
])("recognises %s", (_what, status, mitigated, body, expected) => {
  expect(edgeRefusal(status, mitigated, body)).toBe(expected);
});
