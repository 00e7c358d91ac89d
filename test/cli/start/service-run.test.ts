import { expect, test } from "vitest";
import { runVars } from "../../../src/cli/start/service-run.ts";
import { runCli } from "../support/run-cli.ts";

test("the user's variables take precedence over the defaults", () => {
  const given = new Map([["BASE_URL", "https://press.example"]]);
  expect(runVars(given, 9000)).toEqual({
    BASE_URL: "https://press.example",
    DNS_RESOLVER: "off",
    LOCAL_TARGETS: "loopback-except-9000",
  });
});

test("the service's own port is never a local target", () => {
  const of = (value: string) => runVars(new Map([["LOCAL_TARGETS", value]]), 9000)["LOCAL_TARGETS"];
  expect([of("loopback"), of("deny")]).toEqual(["loopback-except-9000", "deny"]);
});

test.each([
  [["--var", "NAME"], "NAME:VALUE"],
  [["--inspector-port", "9229"], "unknown option '--inspector-port'"],
])("start refuses %j as wrong usage", async (flags, reason) => {
  const run = await runCli(["start", "--no-content", ...flags]);
  expect(run).toMatchObject({ code: 2, stdout: "" });
  expect(run.stderr).toContain(reason);
});
