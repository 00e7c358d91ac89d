import { expect, test } from "vitest";
import { baseUrlFault, baseUrlRemedy, unservedWarning } from "../../../src/cli/deploy/base-url.ts";
import type { DeploySettings } from "../../../src/cli/deploy/deploy-settings.ts";

const SETTINGS: DeploySettings = {
  file: "/office/wrangler.toml",
  name: "communique",
  accountId: undefined,
  baseUrl: "https://press.gov.am",
  baseUrlLine: 12,
  hosts: [],
  isOnWorkersDev: true,
  namespaces: [],
};
const WORKERS_DEV = "communique.office.workers.dev";

test.each([
  ["", "is not a URL"],
  ["press.gov.am", "is not a URL"],
  ["http://localhost:8787", "own machine"],
  ["https://press.localhost", "own machine"],
  ["https://127.0.0.1", "not the name of a host"],
  ["https://[::1]", "not the name of a host"],
  ["https://press.example", "is an example"],
  ["https://www.example.com", "is an example"],
  ["https://press", "a local network"],
  ["http://press.gov.am", "begins with http"],
  ["https://press.gov.am:8443", "has a port"],
  ["https://press.gov.am/news", "without a path"],
])("BASE_URL %j cannot go online: it %s", (text, reason) => {
  expect(baseUrlFault(text)).toContain(reason);
});

test.each(["https://press.gov.am", "https://press.gov.am/", `https://${WORKERS_DEV}`])(
  "BASE_URL %s can go online",
  (text) => {
    expect(baseUrlFault(text)).toBeUndefined();
  },
);

test("the remedy names the file, its line and the address below workers.dev", () => {
  expect(baseUrlRemedy(SETTINGS, WORKERS_DEV).join("\n")).toContain("line 12 of /office/wrangler.toml");
  expect(baseUrlRemedy(SETTINGS, WORKERS_DEV)).toContain(`    BASE_URL = "https://${WORKERS_DEV}"`);
  expect(baseUrlRemedy(SETTINGS, undefined).join("\n")).toContain("once you are logged in");
});

test.each<[Partial<DeploySettings>, string]>([
  [{ hosts: ["press.gov.am"] }, "a custom domain"],
  [{ hosts: ["*.gov.am"] }, "a route with a star"],
  [{ baseUrl: `https://${WORKERS_DEV}` }, "the address below workers.dev"],
])("no warning for %o: it serves BASE_URL by %s", (given) => {
  expect(unservedWarning({ ...SETTINGS, ...given }, WORKERS_DEV)).toBeUndefined();
});

test.each<[Partial<DeploySettings>, string]>([
  [{}, `serves ${WORKERS_DEV}`],
  [{ isOnWorkersDev: false }, "serves no address"],
  [{ hosts: ["news.gov.am"] }, "news.gov.am"],
  [{ baseUrl: "https://communique.another.workers.dev" }, "put one of these into BASE_URL"],
  [
    { baseUrl: `https://${WORKERS_DEV}`, isOnWorkersDev: false, hosts: ["press.gov.am"] },
    "serves press.gov.am",
  ],
])("a warning for %o", (given, words) => {
  expect(unservedWarning({ ...SETTINGS, ...given }, WORKERS_DEV)).toContain(words);
});
