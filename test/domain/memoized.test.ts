import { expect, it } from "vitest";
import { memoized } from "../../src/domain/memoized.ts";

it("computes a result once, and forgets results when it has too many", () => {
  const computed: string[] = [];
  const length = memoized((text) => {
    computed.push(text);
    return { length: text.length };
  }, 2);
  expect(length("a")).toBe(length("a"));
  expect(computed).toEqual(["a"]);
  length("bb");
  expect(length("ccc")).toEqual({ length: 3 });
  expect(length("a")).toEqual({ length: 1 });
  expect(computed).toEqual(["a", "bb", "ccc", "a"]);
});
