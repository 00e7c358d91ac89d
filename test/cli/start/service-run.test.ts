import { expect, test } from "vitest";
import { runVars } from "../../../src/cli/start/service-run.ts";
import type { Location } from "../../../src/cli/start/on-workerd.ts";
import { runCli } from "../support/run-cli.ts";

const at = (host: string): Location => ({
  state: "/state",
  temporary: "/tmp",
  host,
  port: 9000,
  entryPort: 9001,
});

test("the user's variables take precedence over the defaults", () => {
  const given = new Map([["BASE_URL", "https://press.example"]]);
  const kept = { ADMIN_TOKEN: "kept", BASE_URL: "https://kept.example" };
  expect(runVars(kept, given, at("localhost"))).toEqual({
    ADMIN_TOKEN: "kept",
    BASE_URL: "https://press.example",
    DNS_RESOLVER: "off",
    LOCAL_TARGETS: "loopback-except-9000-9001",
  });
});

test("the service's own ports are never local targets", () => {
  const of = (value: string) =>
    runVars({}, new Map([["LOCAL_TARGETS", value]]), at("localhost"))["LOCAL_TARGETS"];
  expect([of("loopback"), of("deny")]).toEqual(["loopback-except-9000-9001", "deny"]);
});

test.each([
  ["localhost", "loopback-except-9000-9001"],
  ["127.0.0.2", "loopback-except-9000-9001"],
  ["[::1]", "loopback-except-9000-9001"],
  ["0.0.0.0", "deny"],
  ["::", "deny"],
  ["192.168.1.5", "deny"],
])("a service that listens at %s posts to this machine: %s", (host, targets) => {
  expect(runVars({}, new Map(), at(host))["LOCAL_TARGETS"]).toBe(targets);
});

test.each([
  [["--var", "NAME"], "NAME:VALUE"],
  [["--inspector-port", "9229"], "unknown option '--inspector-port'"],
])("start refuses %j as wrong usage", async (flags, reason) => {
  const run = await runCli(["start", "--no-content", ...flags]);
  expect(run).toMatchObject({ code: 2, stdout: "" });
  expect(run.stderr).toContain(reason);
});
