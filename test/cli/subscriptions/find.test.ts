import { expect, test } from "vitest";
import { matching, shortIds } from "../../../src/cli/subscriptions/find.ts";

const hex = (start: string): string => `sub_${start.padEnd(32, "0")}`;
const SUBSCRIPTIONS = [
  { id: hex("1a2b3c4d5"), url: "https://agency.example/hook", description: "Agency" },
  { id: hex("1a2b3c4d6"), url: "https://moscow.agency.example/hook", description: "Agency, Moscow" },
  { id: hex("feed"), url: "https://desk.example/feed" },
];
const found = (named: string): number[] =>
  matching(named, SUBSCRIPTIONS).map((one) => SUBSCRIPTIONS.indexOf(one));

test.each([
  [hex("feed"), [2]],
  ["sub_fe", [2]],
  ["1a2b3c4d6", [1]],
  ["sub_1a2b3c4d", [0, 1]],
  ["moscow", [1]],
  ["DESK.example", [2]],
  ["/hook", [0, 1]],
  ["nowhere", []],
])("%s matches the subscriptions %j", (named, expected) => {
  expect(found(named)).toEqual(expected);
});

test.each([
  ["agency", [0]],
  ["agency.example", [0]],
  ["https://moscow.agency.example/hook", [1]],
])("%s equals the name of one subscription, so others that contain it do not match", (named, expected) => {
  expect(found(named)).toEqual(expected);
});

test("short ids are unique and have at least twelve characters", () => {
  const short = shortIds(SUBSCRIPTIONS);
  expect(SUBSCRIPTIONS.map(({ id }) => short(id))).toEqual([
    "sub_1a2b3c4d5",
    "sub_1a2b3c4d6",
    "sub_feed00000",
  ]);
  expect(shortIds(SUBSCRIPTIONS.slice(1))(hex("feed"))).toBe("sub_feed0000");
});
