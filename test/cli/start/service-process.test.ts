import { expect, test } from "vitest";
import { errorLinesIn } from "../../../src/cli/start/error-lines.ts";
import { plainLine } from "../../../src/cli/start/service-process.ts";

test("of the output of a failed service, only the lines with errors are shown, each once", () => {
  expect(
    errorLinesIn([
      "Your Worker has access to the following bindings:",
      "env.NEWSROOM (Newsroom)      Durable Object",
      "\u001b[31m✘ \u001b[41;31m[\u001b[41;97mERROR\u001b[41;31m]\u001b[0m Could not resolve config",
      "✘ [ERROR] Could not resolve config",
      "🪵  Logs were written",
    ]),
  ).toEqual(["✘ [ERROR] Could not resolve config"]);
});

test("without lines with errors, the last lines are shown", () => {
  const lines = Array.from({ length: 20 }, (_, at) => `line ${at}`);
  expect(errorLinesIn(lines)).toEqual(lines.slice(-5));
});

test("a host name that cannot be looked up is one plain line", () => {
  const lines = [
    "\u001b[31m✘\u001b[0m [ERROR] e = rust/worker/ffi.rs:110: failed: failed to lookup address information: Name or service not known",
    "  stack: /usr/bin/workerd@28a3c60 /usr/bin/workerd@3ac7580; sentryErrorContext = jsgInternalError",
    '✘ [ERROR] {"message":"attempt not made"}',
  ];
  expect(lines.map(plainLine)).toEqual([
    "a host name could not be looked up: Name or service not known",
    undefined,
    '✘ [ERROR] {"message":"attempt not made"}',
  ]);
});
