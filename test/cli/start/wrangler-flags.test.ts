import { expect, test } from "vitest";
import { givenVars, wranglerArguments } from "../../../src/cli/start/wrangler-flags.ts";

test("variables are read in every spelling that wrangler accepts", () => {
  const flags = [
    "--var",
    "A:1",
    "--persist-to",
    "x:y",
    "--var=B:https://b.example",
    "--var",
    "C:",
    "D:4",
    "--minify",
    "E:5",
  ];
  expect([...givenVars(flags)]).toEqual([
    ["A", "1"],
    ["B", "https://b.example"],
    ["C", ""],
    ["D", "4"],
  ]);
});

test("the user's flags take precedence over the defaults", () => {
  const added = wranglerArguments(["--var", "BASE_URL:https://press.example"], 9000);
  expect(added.filter((flag) => flag.startsWith("BASE_URL:"))).toEqual(["BASE_URL:https://press.example"]);
  expect(added).toContain("LOCAL_TARGETS:loopback-except-9000");
  expect(added).toContain("--port=9000");
});

test("the inspector gets any free port unless the user names one", () => {
  const added = (...flags: string[]): string[] =>
    wranglerArguments(flags, 9000).filter((flag) => flag.startsWith("--inspector-port"));
  expect(added()).toEqual(["--inspector-port=0"]);
  expect(added("--inspector-port", "9333")).toEqual(["--inspector-port"]);
  expect(added("--inspector-port=9333")).toEqual(["--inspector-port=9333"]);
});

test("the service's own port is never a local target", () => {
  const last = (value: string): string | undefined =>
    wranglerArguments(["--var", `LOCAL_TARGETS:${value}`], 9000).findLast((flag) =>
      flag.startsWith("LOCAL_"),
    );
  expect(last("loopback")).toBe("LOCAL_TARGETS:loopback-except-9000");
  expect(last("deny")).toBe("LOCAL_TARGETS:deny");
});
