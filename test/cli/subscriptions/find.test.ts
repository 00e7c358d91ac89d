import { expect, test } from "vitest";
import { matching, shortIds } from "../../../src/cli/subscriptions/find.ts";

const hex = (start: string): string => `sub_${start.padEnd(32, "0")}`;
const DESKS = [
  { id: hex("1a2b3c4d5"), url: "https://agency.example/hook", description: "Agency" },
  { id: hex("1a2b3c4d6"), url: "https://moscow.agency.example/hook", description: "Agency, Moscow" },
  { id: hex("feed"), url: "https://desk.example/feed" },
];
const fitting = (named: string): number[] => matching(named, DESKS).map((desk) => DESKS.indexOf(desk));

test.each([
  [hex("feed"), [2]],
  ["sub_fe", [2]],
  ["1a2b3c4d6", [1]],
  ["sub_1a2b3c4d", [0, 1]],
  ["moscow", [1]],
  ["DESK.example", [2]],
  ["/hook", [0, 1]],
  ["nowhere", []],
])("%s fits the desks %j", (named, expected) => {
  expect(fitting(named)).toEqual(expected);
});

test.each([
  ["agency", [0]],
  ["agency.example", [0]],
  ["https://moscow.agency.example/hook", [1]],
])("%s is just what one desk is called, whatever others have it too", (named, expected) => {
  expect(fitting(named)).toEqual(expected);
});

test("a short id is no other's, and never shorter than twelve characters", () => {
  const short = shortIds(DESKS);
  expect(DESKS.map(({ id }) => short(id))).toEqual(["sub_1a2b3c4d5", "sub_1a2b3c4d6", "sub_feed00000"]);
  expect(shortIds(DESKS.slice(1))(hex("feed"))).toBe("sub_feed0000");
});
