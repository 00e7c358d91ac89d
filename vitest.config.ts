/**
 * Three kinds of tests: `workerd` runs the service's code inside workerd, with real KV, Durable Objects and
 * alarms; `node` runs the command line and feed parsers against the built Worker; `browser` opens its pages in Chromium.
 */
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig, type UserProjectConfigExport } from "vitest/config";
import { hideExpectedRuntimeErrors } from "./test/support/quiet-runtime.ts";
import { SETTINGS } from "./test/support/settings.ts";

// The tests in workerd read the manual as the service does.
execFileSync(process.execPath, ["--js-base-64", join(import.meta.dirname, "src/manual/build.ts")]);
hideExpectedRuntimeErrors();
// Wrangler warns in each worker that secrets are missing, although the bindings below have them.
process.env["WRANGLER_LOG"] ??= "error";

const secrets = {
  ADMIN_TOKEN: "test-admin-token-of-the-tests-in-workerd-0123456789",
  // A key and the former one, as during a replacement.
  SECRETS_KEY:
    "dGVzdC1zZWNyZXRzLWtleS1vZi0zMi1ieXRlcy1pbi13b3JrZXJk,Zm9ybWVyLXNlY3JldHMta2V5LW9mLTMyLWJ5dGVzLW9yLW1vcmU=",
  SIGNING_KEY: "whsk_dGVzdC1zaWduaW5nLWtleS1vZi0zMi1ieXRlcy1sb24=",
};

/** Of the property tests; see test/support/properties.ts. */
const properties = {
  seed: Number(process.env["COMMUNIQUE_SEED"] ?? 1),
  runs: Number(process.env["COMMUNIQUE_RUNS"] ?? 1),
};

/** Ends a test that hangs. A loaded machine may be slow, so the limit is far away. */
const timeouts = { testTimeout: 120_000 * properties.runs, hookTimeout: 120_000 };

/** Tests that start processes: the command line, and the built Worker. */
function outsideWorkerd(name: string, include: string): UserProjectConfigExport {
  return {
    test: {
      name,
      globalSetup: "./test/built/built-services.ts",
      provide: properties,
      setupFiles: "./test/support/properties.ts",
      include: [include],
      ...timeouts,
      // Tests start the command line some two hundred times. Without the cache, half of that is compiling.
      env: { NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache") },
    },
  };
}

export default defineConfig({
  test: {
    silent: "passed-only",
    // Prints one line for each file, however slow its tests are.
    slowTestThreshold: timeouts.testTimeout,
    // Tests of the command line mostly wait for processes, so two cores can run two files at once.
    maxWorkers: 2,
    projects: [
      {
        // Vite warns that a package has no source map.
        logLevel: "error",
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: {
                ...secrets,
                ...SETTINGS,
                BASE_URL: "https://press.example",
                LOCAL_TARGETS: "loopback",
                DNS_RESOLVER: "off",
                // Long enough that the speed of the machine decides no test.
                DELIVERY_TIMEOUT: "4",
                RETRY_SCHEDULE: "0,50,300,1800,7200,18000,36000,50400,72000,86400",
              },
            },
          }),
        ],
        test: {
          name: "workerd",
          globalSetup: "./test/support/receiver.ts",
          // How many answers test/http/embargo-comparison.test.ts compares at least; 0: a short run.
          provide: { embargoAnswers: Number(process.env["COMMUNIQUE_EMBARGO_ANSWERS"] ?? 0), ...properties },
          // Files share a runtime: to load the Worker for each takes longer than most tests. Each begins with empty storage.
          isolate: false,
          restoreMocks: true,
          setupFiles: ["./test/support/properties.ts", "./test/support/empty-storage.ts"],
          include: [
            "test/{crypto,domain,files,markdown,feeds,webhooks,site,runtime,newsroom,subscriber,http,manual}/**/*.test.ts",
          ],
          ...timeouts,
        },
      },
      outsideWorkerd("node", "test/{cli,readers,chaos,project}/**/*.test.ts"),
      outsideWorkerd("browser", "test/browser/**/*.test.ts"),
    ],
  },
});
