import { env } from "cloudflare:workers";
import { reset } from "cloudflare:test";
import fc from "fast-check";
import { Webhook } from "standardwebhooks";
import { expect, it } from "vitest";
import { runs } from "../../support/properties.ts";
import { backUp, restoreAll } from "../../support/backup.ts";
import {
  act,
  ledgerRows,
  newsroomLater,
  put,
  release,
  request,
  send,
  settled,
  subscriberIdle,
} from "../../support/service.ts";
import {
  arrivals,
  deliveries,
  eventOf,
  type Made,
  own,
  subscribe,
  viewOf,
} from "../../support/subscriptions.ts";

const which = fc.nat({ max: 5 });
const lang = fc.constantFrom("en", "ru");
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant("publish"), which, lang }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("embargo"), which, lang }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("correct", "move"), which, lang }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom("withdraw", "kill", "reinstate"), which, lang }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("wait", "registry", "read"), which, lang }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("subscribe", "pause", "filter"), which, lang }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

class Office {
  readonly releases: ReturnType<typeof release>[] = [];
  readonly subscriptions: Made[] = [];
  #count = 0;

  async take({ do: what, which: nth, lang: tag }: Step): Promise<void> {
    const chosen = this.releases[nth % Math.max(this.releases.length, 1)];
    const made = this.subscriptions[nth % Math.max(this.subscriptions.length, 1)];
    const index = (this.#count += 1);
    switch (what) {
      case "publish":
      case "embargo": {
        const embargo = what === "embargo" ? { embargo: new Date(Date.now() + 60_000).toISOString() } : {};
        const text = release({
          lang: tag,
          slug: `s${index}`,
          title: `Title ${index}`,
          topics: ["peace"],
          ...embargo,
        });
        this.releases.push(text);
        await put(text);
        return;
      }
      case "correct":
        if (chosen !== undefined) {
          await put(
            Object.assign(chosen, { body: `Text ${index}.`, change: "major", note: `Note ${index}` }),
          );
        }
        return;
      case "move":
        if (chosen !== undefined)
          await put(Object.assign(chosen, { slug: `s${index}`, change: "minor", note: undefined }));
        return;
      case "withdraw":
      case "kill":
      case "reinstate":
        if (chosen !== undefined) await act(what, chosen.id);
        return;
      case "wait":
        await newsroomLater(61);
        return;
      case "registry":
        await send("PUT", "/api/v1/registry", {
          topics: [{ slug: "peace", names: { en: `Peace ${index}` } }],
          people: [],
          organisations: [],
          places: [],
        });
        return;
      case "read":
        for (const path of ["/feed.rss", `/${tag}/types/press-release`, `/${tag}/topics/peace/feed.json`]) {
          await request(path);
        }
        return;
      case "subscribe":
        this.subscriptions.push(await subscribe({ filter: { lang: [tag] } }));
        return;
      case "pause":
        if (made !== undefined) await own(made, "/pause", "POST");
        return;
      case "filter":
        if (made !== undefined) await own(made, "", "PATCH", { filter: { lang: [tag] } });
        return;
    }
  }

  async idle(): Promise<void> {
    await settled();
    for (const { id } of this.subscriptions) await subscriberIdle(id);
    await settled();
  }
}

/** Every document in KV, with its metadata. */
async function documents(): Promise<Record<string, unknown>> {
  const { keys } = await env.DOCUMENTS.list({ prefix: "document:" });
  const found = await Promise.all(
    keys.map(async ({ name }) => {
      const { value, metadata } = await env.DOCUMENTS.getWithMetadata(name, "arrayBuffer");
      return [name, { metadata, bytes: value === null ? null : new Uint8Array(value).toHex() }] as const;
    }),
  );
  return Object.fromEntries(found);
}

const all = async (path: string) => (await send("GET", path, undefined)).json();

/** All that must be the same after a restore. */
async function stateOf({ releases, subscriptions }: Office) {
  return {
    documents: await documents(),
    events: await all("/api/v1/events?after=0&limit=100"),
    states: await all("/api/v1/releases/states"),
    registry: await all("/api/v1/registry"),
    found: await all("/api/v1/releases?q=session"),
    editions: await Promise.all(releases.map(({ id }) => all(`/api/v1/releases/${id}/editions`))),
    index: await ledgerRows("SELECT * FROM filings ORDER BY field, value, published"),
    counts: await ledgerRows("SELECT * FROM filing_counts WHERE count > 0 ORDER BY lang, field, value"),
    logs: await Promise.all(subscriptions.map(deliveries)),
    statuses: await Promise.all(subscriptions.map(async (made) => (await viewOf(made)).status)),
    arrived: await Promise.all(subscriptions.map(arrivals)),
  };
}

it("after any history a restore gives the same documents and events, and deliveries go on", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (drawn) => {
      await reset();
      const office = new Office();
      for (const each of drawn) await office.take(each);
      await office.idle();
      // KV keeps metadata of unchanged bytes as it was; a rebuild writes all of it, as a restore does.
      await send("POST", "/api/v1/rebuild", undefined);
      await newsroomLater(2);
      await office.idle();
      const before = await stateOf(office);

      const lines = await backUp();
      await reset();
      await restoreAll(lines);
      await office.idle();
      await newsroomLater(2);
      await office.idle();
      expect(await stateOf(office)).toEqual(before);

      const next = release({ lang: "en" });
      const { sequence } = await (await put(next)).json<{ sequence: number }>();
      await office.idle();
      for (const [at, made] of office.subscriptions.entries()) {
        const fresh = (await arrivals(made)).slice(before.arrived[at]?.length);
        const { filter } = (await viewOf(made)) as unknown as { filter: { lang: string[] } };
        const isSent = before.statuses[at] === "active" && filter.lang.includes("en");
        expect(fresh.map((arrival) => eventOf(arrival).data.sequence)).toEqual(isSent ? [sequence] : []);
        for (const { body, headers } of fresh) new Webhook(made.secret).verify(body, headers);
      }
    }),
    { numRuns: runs(3) },
  );
});
