import { tmpdir } from "node:os";
import { join } from "node:path";
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** What tests speak to the service with; nobody else's. */
const secrets = {
  ADMIN_TOKEN: "test-admin-token",
  SECRETS_KEY: "test-secrets-key-of-32-bytes-or-more",
  SIGNING_KEY: "whsk_dGVzdC1zaWduaW5nLWtleS1vZi0zMi1ieXRlcy1sb24=",
};

/** For what has come to a halt; a test that is only slow, as on a machine with other work, may be. */
const patience = { testTimeout: 120_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    silent: "passed-only",
    // Tests of the command line mostly wait for processes; two cores do two of them at once.
    maxWorkers: 2,
    projects: [
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              bindings: {
                ...secrets,
                BASE_URL: "https://press.example",
                LOCAL_TARGETS: "loopback",
                DNS_RESOLVER: "off",
                // Far from what a loaded machine may take: no test is decided by how fast it runs.
                DELIVERY_TIMEOUT: "4",
                RETRY_SCHEDULE: "0,50,300,1800,7200,18000,36000,50400,72000,86400",
              },
            },
          }),
        ],
        test: {
          name: "workerd",
          globalSetup: "./test/support/receiver.ts",
          include: ["test/{domain,feeds,webhooks,site,runtime,newsroom,subscriber,http}/**/*.test.ts"],
          ...patience,
        },
      },
      {
        test: {
          name: "node",
          globalSetup: "./test/built/built-services.ts",
          include: ["test/{cli,readers,chaos,project}/**/*.test.ts"],
          ...patience,
          // The command line is started some two hundred times: compiling it takes half of each start.
          env: { NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache") },
        },
      },
    ],
  },
});
