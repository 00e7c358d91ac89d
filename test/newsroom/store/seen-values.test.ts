import { beforeAll, describe, expect, it } from "vitest";
import { RELEASE_TYPES } from "../../../src/domain/release.ts";
import { subscribe } from "../../support/subscriptions.ts";
import {
  act,
  ADMIN,
  inNewsroom,
  kvBody,
  ledgerRows,
  newsroomLater,
  type ProblemJson,
  publish,
  release,
  request,
  send,
} from "../../support/service.ts";

const named = (...slugs: string[]) => slugs.map((slug) => ({ slug, names: { en: `Name of ${slug}` } }));
const REGISTRY = {
  types: named("briefing", "decree"),
  topics: named("csto", "csto-exit"),
  people: named("minister"),
  organisations: named("mfa", "mfb"),
  places: named("dilijan"),
};
/** The values that only an embargoed release has, in a filter. */
const SECRETS = [
  ["type", "decree"],
  ["topic", "csto-exit"],
  ["person", "minister"],
  ["organisation", "mfb"],
  ["place", "dilijan"],
] as const;
const FACETS = { topic: "topics", person: "people", organisation: "organisations", place: "places" };

const secret = release({
  slug: "csto-exit-announced",
  type: "decree",
  topics: ["csto", "csto-exit"],
  people: ["minister"],
  organisations: ["mfb"],
  places: ["dilijan"],
  embargo: "2999-01-01T00:00:00Z",
});

/** An answer without the value that was asked for, and without the values that are near it. */
async function anonymous(response: Response, value: string): Promise<string> {
  const whole = JSON.stringify([response.status, [...response.headers], await response.text()]);
  return whole.replaceAll(value, "VALUE").replaceAll(/the nearest are [a-z, -]+/g, "the nearest are …");
}

const strangerSubscribes = (filter: object) =>
  request("/api/v1/subscriptions", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ url: `http://127.0.0.1:9/${crypto.randomUUID()}`, filter }),
  });

const slugsFor = async (headers: Record<string, string> = {}) => {
  const registry = await (await request("/api/v1/registry", { headers })).json<typeof REGISTRY>();
  return Object.values(registry)
    .flat()
    .map(({ slug }) => slug);
};

beforeAll(async () => {
  expect((await send("PUT", "/api/v1/registry", REGISTRY)).status).toBe(200);
  await publish(release({ type: "briefing", topics: ["csto"], organisations: ["mfa"] }));
  await publish(secret);
  await newsroomLater(2);
});

describe("a value of the registry that no public release has had", () => {
  it("is in the registry of the admin alone", async () => {
    expect(await slugsFor()).toEqual(["briefing", "csto", "mfa"]);
    expect(await slugsFor(ADMIN)).toHaveLength(8);
    const stored = await kvBody("/api/v1/registry");
    for (const [, value] of SECRETS) expect(stored).not.toContain(value);
  });

  it.each(SECRETS)("is an unknown list, in a path and in a query (%s=%s)", async (field, value) => {
    const facet = field === "type" ? "types" : FACETS[field];
    const unheard = "never-heard";
    for (const path of [
      `/en/${facet}/VALUE`,
      `/en/${facet}/VALUE/feed.rss`,
      `/en/feed.json?${field}=VALUE`,
      `/feed.atom?not.${field}=VALUE`,
      `/api/v1/events?${field}=VALUE`,
      `/api/v1/releases?${field}=VALUE`,
    ]) {
      const answers = [value, unheard].map(async (each) =>
        anonymous(await request(path.replace("VALUE", each)), each),
      );
      const [secretly, plainly] = await Promise.all(answers);
      expect(secretly).toBe(plainly);
    }
  });

  it("is unknown to the Newsroom, which leaves it to the Worker to name the nearest values", async () => {
    expect(await inNewsroom((instance) => instance.document("/en/topics/csto-exit", null))).toEqual({
      kind: "missing",
      unknown: [{ path: "/topic", facet: "topics", value: "csto-exit" }],
    });
  });

  it("is no nearest value", async () => {
    const response = await request("/en/topics/csto-exi/feed.json");
    expect((await response.json<ProblemJson>()).errors).toEqual([
      { path: "/topic", message: "csto-exi is not in the registry; the nearest are csto" },
    ]);
    const page = await (await request("/en/people/ministe")).text();
    expect(page).toContain("There is nothing at this address.");
    expect(page).not.toContain("Did you mean");
  });

  it("cannot be in the filter of a stranger's subscription, also not of one that the admin has", async () => {
    for (const [field, value] of SECRETS) {
      const answers = [value, "never-heard"].map(async (each) =>
        anonymous(await strangerSubscribes({ not: { [field]: each } }), each),
      );
      const [secretly, plainly] = await Promise.all(answers);
      expect(secretly).toBe(plainly);
      expect(secretly).toMatch(/^\[422/);
    }
    const made = await subscribe({ filter: { topic: "csto-exit" } });
    const again = await request("/api/v1/subscriptions", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ url: made.endpoint, filter: { topic: "csto-exit" } }),
    });
    expect([again.status, (await again.json<ProblemJson>()).code]).toEqual([422, "invalid"]);
  });

  it("can be in the filter of a subscription that the admin changes", async () => {
    const made = await subscribe({ filter: { topic: "csto" } });
    const path = `/api/v1/subscriptions/${made.id}`;
    const change = { filter: { topic: ["csto", "csto-exit"] } };
    const byOwner = await send("PATCH", path, change, { authorization: `Bearer ${made.token}` });
    expect(byOwner.status).toBe(422);
    expect((await send("PATCH", path, change)).status).toBe(200);
  });

  it("leaves nothing behind when it is renamed or removed", async () => {
    const before = await kvBody("/api/v1/registry");
    const places = [{ slug: "dilijan", names: { en: "Renamed" } }, ...named("gyumri")];
    expect((await send("PUT", "/api/v1/registry", { ...REGISTRY, places })).status).toBe(200);
    // Nothing is queued either: /healthz counts what waits.
    expect(await ledgerRows("SELECT target FROM stale_targets")).toEqual([]);
    expect((await send("PUT", "/api/v1/registry", REGISTRY)).status).toBe(200);
    expect(await ledgerRows("SELECT * FROM retired_values")).toEqual([]);
    await newsroomLater(2);
    expect(await kvBody("/api/v1/registry")).toBe(before);
  });
});

describe("a value whose first release becomes public", () => {
  it("exists everywhere from then on", async () => {
    const { embargo: _embargo, ...open } = secret;
    await publish({ ...open, id: secret.id });
    await newsroomLater(2);
    const stored = JSON.parse((await kvBody("/api/v1/registry")) ?? "") as typeof REGISTRY;
    expect(stored).toMatchObject(REGISTRY);
    for (const path of ["/feeds", "/feeds.opml"]) expect(await kvBody(path)).toContain("Name of csto-exit");
    for (const [field, value] of SECRETS) {
      const path = `/en/feed.rss?${field}=${value}&q=session`;
      expect((await request(path)).status).toBe(200);
      expect((await strangerSubscribes({ [field]: value })).status).toBe(201);
    }
  });

  it("stays when the release is killed or refiled", async () => {
    expect((await act("kill", secret.id)).status).toBe(200);
    await newsroomLater(2);
    expect(await kvBody("/api/v1/registry")).toContain("csto-exit");
    expect((await request("/en/feed.rss?topic=csto-exit&q=again")).status).toBe(200);
  });

  it("may be of any release type that the service has itself", async () => {
    for (const type of RELEASE_TYPES) expect((await request(`/en/types/${type}/feed.rss`)).status).toBe(200);
  });
});
