import { beforeEach, describe, expect, it } from "vitest";
import { clientAt } from "../../../src/domain/client-network.ts";
import type { Filter } from "../../../src/domain/filter.ts";
import { parse } from "../../../src/domain/issues.ts";
import {
  DESCRIPTION_CHARS_MAX,
  SUBSCRIPTION_FILTER_BYTES_MAX,
  SUBSCRIPTION_VALUES_MAX,
  URL_CHARS_MAX,
} from "../../../src/domain/limits.ts";
import {
  EVENT_NAMES,
  type Health,
  type Registration,
  subscriptionInput,
} from "../../../src/domain/subscription.ts";
import { checkTargetUrl } from "../../../src/domain/target-url.ts";
import {
  PENDING_MAX,
  PENDING_PER_HOST_MAX,
  PENDING_PER_NETWORK_MAX,
  PENDING_RESERVED,
  UNREPORTED_KEPT_MS,
  VERIFIED_MAX,
  VERIFIED_PER_DOMAIN_MAX,
  VERIFIED_PER_HOST_MAX,
  VERIFIED_PER_NETWORK_MAX,
} from "../../../src/newsroom/limits.ts";
import type { Newsroom } from "../../../src/newsroom/newsroom.ts";
import { findReachedLimit } from "../../../src/newsroom/store/subscription-limits.ts";
import { register as registerRow, saveReport, withKey } from "../../../src/newsroom/store/subscriptions.ts";
import { inNewsroom, type ProblemJson, request } from "../../support/service.ts";

let count = 0;
const registrationAt = (url: string): Registration => ({
  id: `sub_${String((count += 1)).padStart(32, "0")}`,
  url,
  format: "standard",
  content: "full",
  events: ["release.published"],
  filter: {},
  createdMs: Date.now() + count,
});

/** Registers as a client does; as the admin without an address. */
const register = (newsroom: Newsroom, address: string | null, url: string) => {
  const registration = registrationAt(url);
  const isAdmin = address === null;
  const requester = { client: isAdmin ? null : (clientAt(address) ?? null), isAdmin };
  return newsroom.register(registration, false, requester).then((result) => ({ ...registration, result }));
};

const NO_HEALTH = {
  lastSuccess: null,
  lastFailure: null,
  successRate: null,
  medianLatencyMs: null,
  waiting: 1,
  givenUp: 0,
  nextAttempt: null,
  blocked: null,
};

/** Reports that the verification of a subscription has failed. */
const fail = async (newsroom: Newsroom, registration: Registration) => {
  const state = {
    status: "pending",
    reason: null,
    sinceMs: 1,
    failingSinceMs: 2,
    health: NO_HEALTH,
    isProved: false,
  } as const;
  expect(await newsroom.report(registration, state, "key")).toBe(true);
};

const hex = (n: number) => n.toString(16);
const REGISTERED = { kind: "registered", replaced: [] };
const tooMany = (which: string, whose: string) => ({ kind: "too-many", which, whose });
/** A URL at a domain of its own. */
const urlOf = (nth: number) => `https://desk.example${nth}.com/hook`;

beforeEach(async () => {
  await inNewsroom((_newsroom, { storage }) => void storage.sql.exec("DELETE FROM subscriptions"));
});

describe("places for pending subscriptions", () => {
  it.each([
    ["/56", (nth: number) => `2001:db8:0:${hex(nth)}::1`, PENDING_PER_NETWORK_MAX[1], "2001:db8:0:100::1"],
    ["/48", (nth: number) => `2001:db8:0:${hex(nth)}00::1`, PENDING_PER_NETWORK_MAX[2], "2001:db8:1::1"],
    ["/24", (nth: number) => `192.0.2.${nth}`, PENDING_PER_NETWORK_MAX[1], "192.0.3.1"],
  ])("are not all taken by the clients of one %s", async (_network, addressOf, most, other) => {
    await inNewsroom(async (newsroom) => {
      const results = [];
      for (let nth = 0; nth < 200; nth += 1)
        results.push((await register(newsroom, addressOf(nth), urlOf(nth))).result);
      expect(results.filter(({ kind }) => kind === "registered")).toHaveLength(most ?? 0);
      expect(results.at(-1)).toEqual(tooMany("pending", "client"));
      expect((await register(newsroom, other, urlOf(0))).result).toEqual(REGISTERED);
    });
  });

  it("are left for networks that have none, and are freed by failed verifications, oldest first", async () => {
    await inNewsroom(async (newsroom, { storage }) => {
      const made: Registration[] = [];
      const fill = async (from: number, to: number) => {
        for (let nth = from; nth < to; nth += 1) {
          const { result, ...registration } = await register(newsroom, `2001:db8:${hex(nth)}::1`, urlOf(nth));
          expect(result).toEqual(REGISTERED);
          made.push(registration);
        }
      };
      const exists = (id: string) =>
        storage.sql.exec("SELECT 1 FROM subscriptions WHERE id = ?", id).toArray().length === 1;
      // Those of the admin take no place, and make none.
      const ofAdmin = await register(newsroom, null, urlOf(9_997));
      await fail(newsroom, ofAdmin);
      await fill(0, PENDING_MAX - PENDING_RESERVED);
      const again = () => register(newsroom, "2001:db8:1:ffff::1", urlOf(9_999)).then(({ result }) => result);
      expect(await again()).toEqual(tooMany("pending", "service"));
      await fill(PENDING_MAX - PENDING_RESERVED, PENDING_MAX);
      const newcomer = () => register(newsroom, "203.0.113.1", urlOf(9_998)).then(({ result }) => result);
      expect(await newcomer()).toEqual(tooMany("pending", "service"));
      for (const nth of [30, 20, 10]) await fail(newsroom, made[nth]!);
      expect(await newcomer()).toEqual(REGISTERED);
      expect([10, 20, 30].map((nth) => exists(made[nth]!.id))).toEqual([false, true, true]);
      expect(await again()).toEqual(REGISTERED);
      expect([20, 30].map((nth) => exists(made[nth]!.id))).toEqual([false, true]);
      expect([exists(made[0]!.id), exists(ofAdmin.id)]).toEqual([true, true]);
    });
  });

  it("are taken for an hour at most by registrations that were cut off before their Subscriber was created", async () => {
    const [most = 0] = PENDING_PER_NETWORK_MAX;
    await inNewsroom(async (newsroom, { storage }) => {
      const { clock } = newsroom;
      const again = async () => (await register(newsroom, "192.0.2.1", urlOf((count += 1)))).result;
      for (let nth = 1; nth < most; nth += 1) expect(await again()).toEqual(REGISTERED);
      const { result, ...reported } = await register(newsroom, "192.0.2.1", urlOf(0));
      expect(result).toEqual(REGISTERED);
      await fail(newsroom, reported);
      expect(await again()).toEqual(tooMany("pending", "client"));
      newsroom.clock = () => clock() + UNREPORTED_KEPT_MS + 60_000;
      expect(await again()).toEqual(REGISTERED);
      newsroom.clock = clock;
      const left = storage.sql.exec("SELECT id FROM subscriptions").toArray();
      expect([left.length, left.some(({ id }) => id === reported.id)]).toEqual([2, true]);
    });
  });

  it("at one host are freed by its failed verifications", async () => {
    await inNewsroom(async (newsroom) => {
      const url = "https://hooks.example.com/a";
      const made: Registration[] = [];
      for (let nth = 0; nth < PENDING_PER_HOST_MAX; nth += 1)
        made.push(await register(newsroom, `2001:db8:${hex(nth)}::1`, `${url}${nth}`));
      const another = () => register(newsroom, "203.0.113.1", `${url}-other`).then(({ result }) => result);
      expect(await another()).toEqual(tooMany("pending", "host"));
      await fail(newsroom, made[7]!);
      expect(await another()).toEqual(REGISTERED);
      expect(await another()).toEqual(tooMany("pending", "host"));
    });
  });
});

describe("a subscription that displaces a failed one", () => {
  it("takes its place, although the service is full", async () => {
    await inNewsroom(async (newsroom, { storage: { sql } }) => {
      const url = "https://hooks.example.com/a";
      for (let nth = 0; nth < PENDING_PER_HOST_MAX; nth += 1) {
        const made = await register(newsroom, `2001:db8:${hex(nth)}::1`, `${url}${nth}`);
        if (nth === 0) await fail(newsroom, made);
      }
      // The service is full, too, of subscriptions that have not failed.
      sql.exec(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         INSERT INTO subscriptions (id, key, url, host, domain, client, format, content, filter, events, created_ms,
           since_sequence, active, proved, status, since_ms, trouble)
         SELECT 'other' || i, i, '', 'other', 'other', '4:c6336401', 'standard', 'full', '{}', '[]', ?2, 0, 0, 0,
           'pending', 0, 2 FROM n`,
        PENDING_MAX,
        Date.now(),
      );
      const count = () => sql.exec<{ n: number }>("SELECT count(*) AS n FROM subscriptions").one().n;
      const before = count();
      const { result } = await register(newsroom, "203.0.113.200", `${url}-other`);
      expect(result).toEqual(REGISTERED);
      expect(count()).toBe(before);
    });
  });
});

describe("a verified subscription that changes its URL", () => {
  it("takes up no place at the new host until it is verified there", async () => {
    await inNewsroom(async (newsroom) => {
      const url = (nth: number | string) => `https://hooks.example.com/${nth}`;
      for (let nth = 0; nth < VERIFIED_PER_HOST_MAX; nth += 1) {
        const { result, ...registration } = await register(newsroom, `2001:db8:${hex(nth)}::1`, urlOf(nth));
        expect(result).toEqual(REGISTERED);
        expect(await newsroom.activate(registration.id, false)).toBe("active");
        const moved = { ...registration, url: url(nth) };
        expect(await newsroom.changeSubscription(moved, false)).toEqual({ kind: "amended" });
        await fail(newsroom, moved);
      }
      const honest = await register(newsroom, "203.0.113.1", url("honest"));
      expect(honest.result).toEqual(REGISTERED);
      expect(await newsroom.activate(honest.id, false)).toBe("active");
    });
  });
});

describe("verified subscriptions", () => {
  /** Registers and verifies so many, and returns what the next registration gets. */
  const fill = (most: number, addressOf: (nth: number) => string, urlAt: (nth: number) => string) =>
    inNewsroom(async (newsroom) => {
      for (let nth = 0; nth < most; nth += 1) {
        const { id, result } = await register(newsroom, addressOf(nth), urlAt(nth));
        expect(result).toEqual(REGISTERED);
        expect(await newsroom.activate(id, false)).toBe("active");
      }
      return (await register(newsroom, addressOf(most), urlAt(most))).result;
    });

  it.each([
    ["client", "client", VERIFIED_PER_NETWORK_MAX[0], () => "2001:db8::1", urlOf],
    ["/56", "client", VERIFIED_PER_NETWORK_MAX[1], (n: number) => `2001:db8:0:${hex(n)}::1`, urlOf],
    ["/48", "client", VERIFIED_PER_NETWORK_MAX[2], (n: number) => `2001:db8:0:${hex(n)}00::1`, urlOf],
    [
      "host",
      "host",
      VERIFIED_PER_HOST_MAX,
      (n: number) => `2001:db8:${hex(n)}::1`,
      (n: number) => `https://hooks.example.com/${n}`,
    ],
    [
      "registrable domain",
      "domain",
      VERIFIED_PER_DOMAIN_MAX,
      (n: number) => `2001:db8:${hex(n)}::1`,
      (n: number) => `https://desk${n}.example.co.uk/`,
    ],
  ])("are limited for each %s", async (_what, whose, most, addressOf, urlAt) => {
    expect(await fill(most ?? 0, addressOf, urlAt)).toEqual(tooMany("verified", whose));
  });

  it("of chats at one host are freed by those that never took a message, oldest first", async () => {
    await inNewsroom(async (newsroom) => {
      const join = async (nth: number) => {
        const url = "https://hooks.slack.com/…";
        const registration = { ...registrationAt(url), urlKey: `key ${nth}`, format: "slack" as const };
        const requester = { client: clientAt(`2001:db8:${hex(nth)}::1`) ?? null, isAdmin: false };
        return { registration, result: await newsroom.register(registration, true, requester) };
      };
      const joined: Awaited<ReturnType<typeof join>>[] = [];
      for (let nth = 0; nth < VERIFIED_PER_HOST_MAX; nth += 1) joined.push(await join(nth));
      expect((await join(1_000)).result).toEqual(tooMany("verified", "host"));
      const disable = (nth: number, lastSuccess: string | null) =>
        newsroom.report(
          joined[nth]!.registration,
          {
            status: "disabled",
            reason: "the endpoint answered 404",
            sinceMs: 1,
            failingSinceMs: null,
            health: { ...NO_HEALTH, lastSuccess },
            isProved: true,
          },
          "key",
        );
      // A channel that was archived is another thing than a URL that was made up.
      await disable(3, "2026-11-27T09:15:00Z");
      expect((await join(1_001)).result).toEqual(tooMany("verified", "host"));
      await disable(5, null);
      expect((await join(1_002)).result).toEqual(REGISTERED);
      const { data } = await newsroom.subscriptions({ sort: "created", limit: 200 });
      const ids = new Set(data.map(({ id }) => id));
      expect([3, 5].map((nth) => ids.has(joined[nth]!.registration.id))).toEqual([true, false]);
    });
  });

  it("at names that a company gives to strangers count for each of them alone", async () => {
    const result = await fill(
      VERIFIED_PER_DOMAIN_MAX,
      (n) => `2001:db8:${hex(n)}::1`,
      (n) => `https://hook.desk${n}.workers.dev/`,
    );
    expect(result).toEqual(REGISTERED);
  });

  it("are limited when they are verified, too; the admin may verify more and makes nobody wait", async () => {
    const ids = await inNewsroom(async (newsroom) => {
      const made: string[] = [];
      // Pending ones of several clients, at one host.
      for (let nth = 0; nth <= VERIFIED_PER_HOST_MAX; nth += 1) {
        const url = `https://hooks.example.com/${nth}`;
        const { id } = await register(newsroom, `2001:db8:${hex(nth)}::1`, url);
        if (nth < VERIFIED_PER_HOST_MAX - 1) expect(await newsroom.activate(id, false)).toBe("active");
        else made.push(id);
      }
      return made;
    });
    await inNewsroom(async (newsroom) => {
      const admin = { client: clientAt("2001:db8::1") ?? null, isAdmin: true };
      const url = "https://hooks.example.com/of-the-admin";
      expect(await newsroom.register(registrationAt(url), true, admin)).toEqual(REGISTERED);
      expect(await newsroom.activate(ids[0]!, false)).toBe("active");
      expect(await newsroom.activate(ids[1]!, false)).toBe("too-many");
      expect(await newsroom.activate(ids[0]!, false)).toBe("active");
      expect(await newsroom.activate(ids[1]!, true)).toBe("active");
    });
    const refused = await request("/api/v1/subscriptions", {
      method: "POST",
      headers: { "content-type": "application/json", "cf-connecting-ip": "203.0.113.1" },
      body: JSON.stringify({ url: "https://hooks.example.com/one-more" }),
    });
    const { code, detail } = await refused.json<ProblemJson>();
    expect([refused.status, refused.headers.get("retry-after"), code]).toEqual([
      429,
      "3600",
      "too-many-subscriptions",
    ]);
    expect(detail).toContain("for this host");
  });

  it("are limited over all networks; the admin's and those at hosts with a limit of their own do not count", async () => {
    const origin = { client: clientAt("203.0.113.1") ?? null, host: "desk.example", domain: "desk.example" };
    const limits = [new Map<string, number>(), new Map([[new URL(urlOf(0)).hostname, 9]])];
    const whose = () =>
      inNewsroom((_newsroom, { storage }) =>
        limits.map((each) => findReachedLimit(storage.sql, origin, each, "")),
      );
    await inNewsroom(async (newsroom) => {
      const admin = { client: clientAt("2001:db8::1") ?? null, isAdmin: true };
      expect(await newsroom.register(registrationAt(urlOf(9_999)), true, admin)).toEqual(REGISTERED);
    });
    await fill(VERIFIED_MAX - 1, (nth) => `2001:db8:${hex(nth)}::1`, urlOf);
    expect(await whose()).toEqual([undefined, undefined]);
    await inNewsroom(async (newsroom) => {
      const [last, beyond] = [
        await register(newsroom, "198.51.100.1", urlOf(9_998)),
        await register(newsroom, "198.51.100.2", urlOf(9_997)),
      ];
      expect(await newsroom.activate(last.id, false)).toBe("active");
      expect(await newsroom.activate(beyond.id, false)).toBe("too-many");
      expect((await register(newsroom, "203.0.113.1", urlOf(9_996))).result).toEqual(
        tooMany("verified", "service"),
      );
    });
    expect(await whose()).toEqual(["service", undefined]);
  });

  it("at a host with a limit of its own count for that host alone", async () => {
    const host = "hooks.zapier.com";
    const origin = { client: clientAt("2001:db8::1") ?? null, host, domain: "zapier.com" };
    await fill(
      VERIFIED_PER_NETWORK_MAX[0] ?? 0,
      () => "2001:db8::1",
      (n) => `https://${host}/${n}`,
    );
    const reached = (limit: number) =>
      inNewsroom((_newsroom, { storage }) =>
        findReachedLimit(storage.sql, origin, new Map([[host, limit]]), ""),
      );
    expect([await reached(51), await reached(50)]).toEqual([undefined, "host"]);

    // They use up no place of their client elsewhere.
    const elsewhere = { ...origin, host: "desk.example", domain: "desk.example" };
    const limits = [new Map<string, number>(), new Map([[host, 50]])];
    const whose = await inNewsroom((_newsroom, { storage }) =>
      limits.map((each) => findReachedLimit(storage.sql, elsewhere, each, "")),
    );
    expect(whose).toEqual(["client", undefined]);
  });
});

it("keeps the row of the largest subscription below 8 kB, indexes included", async () => {
  const accepts = (fields: Record<string, unknown>) =>
    parse(subscriptionInput, { url: "https://x.example", ...fields }).ok;
  const topic = Array.from({ length: SUBSCRIPTION_VALUES_MAX - 2 }, (_, nth) => `t${nth}`);
  const filterOf = (chars: number): Filter => ({
    topic,
    q: "अ".repeat(chars),
    not: { q: "ब".repeat(chars) },
  });
  let chars = 1;
  while (accepts({ filter: filterOf(chars + 1) })) chars += 1;
  const filter = filterOf(chars);
  const bytes = new TextEncoder().encode(JSON.stringify(filter)).length;
  expect([bytes > SUBSCRIPTION_FILTER_BYTES_MAX - 6, bytes <= SUBSCRIPTION_FILTER_BYTES_MAX]).toEqual([
    true,
    true,
  ]);
  const description = "अ".repeat(DESCRIPTION_CHARS_MAX);
  expect([accepts({ description }), accepts({ description: `${description}x` })]).toEqual([true, false]);
  const host = `${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(57)}.com`;
  const urlTo = (euros: number) => `https://${host}/${"€".repeat(euros)}`;
  let euros = 1;
  while (checkTargetUrl(urlTo(euros + 1), "deny").ok) euros += 1;
  expect(checkTargetUrl(`https://x${host}/`, "deny").ok).toBe(false);
  const url = new URL(urlTo(euros)).href;
  expect([url.length > URL_CHARS_MAX - 9, url.length <= URL_CHARS_MAX]).toEqual([true, true]);

  const largest = { ...registrationAt(url), filter, description, events: [...EVENT_NAMES] };
  const size = await inNewsroom(async (_newsroom, { storage: { sql } }) => {
    const requester = { client: clientAt("2001:db8::1") ?? null, isAdmin: false };
    const context = { nowMs: Date.now(), hostLimits: new Map() };
    expect(registerRow(sql, await withKey(largest), false, requester, context)).toEqual(REGISTERED);
    const health: Health = {
      lastSuccess: "2026-11-27T00:00:00Z",
      lastFailure: "2026-11-27T00:00:00Z",
      successRate: 0.333_333_333_333_333_3,
      medianLatencyMs: 123_456.5,
      waiting: 1_000_000,
      givenUp: 0,
      nextAttempt: "2026-11-27T00:00:00Z",
      blocked: "x".repeat(200),
    };
    const now = Date.now();
    const report = {
      status: "disabled" as const,
      reason: "x".repeat(5_000),
      sinceMs: now,
      failingSinceMs: now,
      health,
      isProved: true,
    };
    expect(saveReport(sql, await withKey(largest), report, now)).toBe(true);
    // Each index is counted as if it held the row.
    const sizes = sql.exec<{ name: string }>("SELECT name FROM pragma_table_info('subscriptions')").toArray();
    const columnBytes = (name: string) =>
      Number(
        sql.exec(`SELECT ifnull(length(CAST("${name}" AS BLOB)), 8) AS n FROM subscriptions`).one()["n"],
      );
    const row = sizes.reduce((sum, { name }) => sum + columnBytes(name), 0);
    const indexed = sql
      .exec<{ name: string | null }>(
        "SELECT i.name FROM pragma_index_list('subscriptions') l, pragma_index_xinfo(l.name) i WHERE l.origin <> 'pk'",
      )
      .toArray();
    return row + indexed.reduce((sum, { name }) => sum + (name === null ? 8 : columnBytes(name)), 0);
  });
  expect(size).toBeGreaterThan(6_000);
  expect(size).toBeLessThan(8_000);
});
