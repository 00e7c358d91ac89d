import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { app } from "../../src/http/app.ts";
import {
  ADMIN,
  BASE_URL,
  ledgerRows,
  type ProblemJson,
  publish,
  put,
  release,
  request,
  send,
} from "../support/service.ts";

/** Everything that a refused request could change. */
async function state(): Promise<unknown> {
  return [
    await ledgerRows("SELECT * FROM releases ORDER BY id"),
    await ledgerRows("SELECT count(*) AS editions FROM editions"),
    await ledgerRows("SELECT count(*) AS events FROM events"),
    await ledgerRows("SELECT count(*) AS subscriptions FROM subscriptions"),
  ];
}

const inAnHour = () => new Date(Date.now() + 3_600_000).toISOString();

describe("a release with an issue", () => {
  const cases: [string, Record<string, unknown>, number, string, string][] = [
    ["a missing title", { title: undefined }, 422, "/title", "is required"],
    ["an empty title", { title: " \n " }, 422, "/title", "must not be empty"],
    ["a title that is a number", { title: 7 }, 422, "/title", "must be text"],
    ["a missing body", { body: undefined }, 422, "/body", "is required"],
    ["a body of white space", { body: "\n\n" }, 422, "/body", "must not be empty"],
    [
      "a body that is empty after sanitising",
      { body: "<script>alert(1)</script>" },
      422,
      "/body",
      "is empty after HTML sanitising",
    ],
    ["a bad day", { date: "2020-02-30" }, 422, "/date", "must be a day"],
    ["a date in the future", { date: inAnHour() }, 422, "/date", "set an embargo"],
    ["a day in the future", { date: "2999-01-01" }, 422, "/date", "set an embargo"],
    [
      "a date after its embargo",
      { date: "2999-01-02", embargo: "2999-01-01T00:00:00Z" },
      422,
      "/date",
      "must not be after the embargo",
    ],
    ["a bad embargo", { embargo: "tomorrow" }, 422, "/embargo", "RFC 3339"],
    ["an unknown type", { type: "memo" }, 422, "/type", "press-release, statement"],
    ["a bad language tag", { lang: "not a tag" }, 422, "/lang", "BCP 47"],
    ["a language that is not the site's", { lang: "de" }, 422, "/lang", "en, hy, ru, fr"],
    ["a slug with a slash", { slug: "a/b" }, 422, "/slug", "lower-case"],
    ["a misspelt field", { embrago: "2020-01-01T00:00:00Z" }, 422, "/embrago", "misspelt"],
    ["a bad source", { source: "javascript:alert(1)" }, 422, "/source", "http or https"],
    ["a facet that is no list", { topics: "csto" }, 422, "/topics", "must be a list"],
    [
      "an attachment without type",
      { attachments: [{ url: "https://a.example/a" }] },
      422,
      "/attachments/0/type",
      "is required",
    ],
    [
      "another id than the address",
      { id: "00000000-0000-4000-8000-000000000000" },
      422,
      "/id",
      "must be the id in the address",
    ],
  ];

  it.each(cases)(
    "%s is named with path and message and changes nothing",
    async (_name, fields, status, path, message) => {
      const before = await state();
      const body = release();
      const response = await send("PUT", `/api/v1/releases/${body.id}`, { ...body, ...fields });
      expect(response.status).toBe(status);
      expect(response.headers.get("content-type")).toBe("application/problem+json");
      const problem = await response.json<ProblemJson>();
      expect(problem.status).toBe(status);
      expect(problem.errors).toEqual([{ path, message: expect.stringContaining(message) }]);
      expect(await state()).toEqual(before);
    },
  );

  it("names all issues of a batch at once, each with its index", async () => {
    const response = await send("POST", "/api/v1/releases", {
      releases: [release(), release({ title: "", date: "soon" }), { ...release(), slug: undefined }],
    });
    expect(response.status).toBe(422);
    expect((await response.json<ProblemJson>()).errors?.map(({ path }) => path)).toEqual([
      "/releases/1/title",
      "/releases/1/date",
      "/releases/2/slug",
    ]);
  });

  it("with a malformed UUID in the address is refused", async () => {
    const response = await send("PUT", "/api/v1/releases/not-a-uuid", { ...release(), id: undefined });
    expect(response.status).toBe(422);
    expect((await response.json<ProblemJson>()).errors).toEqual([
      { path: "/id", message: "in the address must be a UUID" },
    ]);
  });

  it("with the slug of another release gets 409", async () => {
    const first = release();
    await publish(first);
    const before = await state();
    const response = await put(release({ slug: first["slug"] }));
    expect(response.status).toBe(409);
    expect((await response.json<ProblemJson>()).errors).toMatchObject([{ path: "/slug" }]);
    expect(await state()).toEqual(before);
  });

  it("cannot get an embargo after it was published", async () => {
    const text = release();
    await publish(text);
    const before = await state();
    const response = await put({ ...text, embargo: inAnHour(), change: "minor" });
    expect(response.status).toBe(422);
    expect((await response.json<ProblemJson>()).errors).toMatchObject([{ path: "/embargo" }]);
    expect(await state()).toEqual(before);
  });
});

describe("a malformed request", () => {
  const cases: [string, number, () => Promise<Response>][] = [
    ["no JSON", 400, () => send("POST", "/api/v1/releases", "{")],
    ["no body", 400, () => send("POST", "/api/v1/releases", "")],
    [
      "no UTF-8",
      400,
      () =>
        request("/api/v1/releases", {
          method: "POST",
          headers: { ...ADMIN, "content-type": "application/json" },
          body: new Uint8Array([0x22, 0xff, 0x22]),
        }),
    ],
    [
      "another type",
      415,
      () => send("POST", "/api/v1/releases", "a: b", { "content-type": "application/yaml" }),
    ],
    ["a list instead of an object", 422, () => send("POST", "/api/v1/releases", [])],
    ["an empty batch", 422, () => send("POST", "/api/v1/releases", { releases: [] })],
    [
      "too large a batch",
      422,
      () =>
        send("POST", "/api/v1/releases", {
          releases: Array.from({ length: 101 }, () => release({ body: "x" })),
        }),
    ],
    ["a body of 2 MiB", 413, () => put(release({ body: "x".repeat(2 * 1_048_576) }))],
    ["another method", 405, () => send("PATCH", `/api/v1/releases/${crypto.randomUUID()}`, {})],
    ["another method on a page", 405, () => send("POST", "/en", {})],
    ["no such address", 404, () => send("POST", "/api/v1/nothing", {})],
  ];

  it.each(cases)("with %s gets %i as problem+json and changes nothing", async (_name, status, ask) => {
    const before = await state();
    const response = await ask();
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect((await response.json<ProblemJson>()).detail).not.toBe("");
    expect(await state()).toEqual(before);
  });

  it("with a body of unknown length is cut off at the limit", async () => {
    const chunk = new Uint8Array(65_536).fill(0x20);
    let sent = 0;
    const body = new ReadableStream({
      pull(controller) {
        if (sent++ < 64) controller.enqueue(chunk);
        else controller.close();
      },
    });
    const response = await request("/api/v1/releases", {
      method: "POST",
      headers: { ...ADMIN, "content-type": "application/json" },
      body,
    });
    expect(response.status).toBe(413);
  });
});

describe("a service without its settings", () => {
  const ask = (changed: Partial<Env>) =>
    app.fetch(new Request(`${BASE_URL}/feed.rss`), { ...env, ...changed });

  it("answers 503 and names the missing secrets", async () => {
    const response = await ask({ ADMIN_TOKEN: "", SECRETS_KEY: "", SIGNING_KEY: "" });
    expect(response.status).toBe(503);
    const { detail } = await response.json<ProblemJson>();
    expect(detail).toContain("wrangler secret put ADMIN_TOKEN");
    expect(detail).toContain("wrangler secret put SECRETS_KEY");
    expect(detail).toContain("wrangler secret put SIGNING_KEY");
  });

  it.each([
    ["ADMIN_TOKEN", "t"],
    ["SECRETS_KEY", "x"],
    ["SECRETS_KEY", `${env.SECRETS_KEY},x`],
    ["SECRETS_KEY", `${env.SECRETS_KEY},`],
  ])("answers 503 and names the command that makes a secret if %s is weak", async (name, value) => {
    const response = await ask({ [name]: value });
    expect(response.status).toBe(503);
    const { code, detail } = await response.json<ProblemJson>();
    expect(code).toBe("not-configured");
    expect(detail).toContain(`${name} must be at least 32 random bytes`);
    expect(detail).toContain("openssl rand -base64 32");
  });

  it.each([
    ["BASE_URL", "press.example"],
    ["LANGUAGES", "english!"],
    ["TIME_ZONE", "Mars/Olympus"],
    ["RETRY_SCHEDULE", "0,,5"],
    ["FEED_ITEMS", "many"],
    ["SUBSCRIPTIONS", "closed"],
  ])("says how %s should look if it is %s", async (name, value) => {
    const response = await ask({ [name]: value });
    expect(response.status).toBe(503);
    expect((await response.json<ProblemJson>()).detail).toContain(`${name} must be`);
  });
});
