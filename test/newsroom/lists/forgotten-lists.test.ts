import { describe, expect, it } from "vitest";
import { act, inNewsroom, ledgerRows, publish, release, request, settled } from "../../support/service.ts";

describe("a combination that is no longer requested", () => {
  it("leaves nothing in the ledger a week after it expired", async () => {
    const killed = release({ title: "Shortlived", topics: [] });
    await publish(killed);
    await settled();
    const address = "/en/feed.atom?q=shortlived";
    const rows = async () =>
      (
        await ledgerRows<{ count: number }>(
          `SELECT (SELECT count(*) FROM lists WHERE address LIKE '%shortlived')
             + (SELECT count(*) FROM tombstones WHERE list LIKE '%shortlived')
             + (SELECT count(*) FROM documents WHERE path LIKE '%shortlived') AS count`,
        )
      )[0]!.count;
    const later = (seconds: number, path: string) =>
      inNewsroom((instance) => {
        const ms = instance.clock() + seconds * 1000;
        instance.clock = () => ms;
        return instance.document(path, null);
      });
    await later(1, address);
    await later(1, address.replace("/en/", "/en/archive/1/"));
    await act("kill", killed.id, "It was wrong");
    await settled();
    expect(await rows()).toBe(3);
    await later(86_400, "/en/feed.atom?q=another");
    expect(await rows()).toBe(3);
    await later(8 * 86_400, "/en/feed.atom?q=third");
    expect(await rows()).toBe(0);
    expect(await (await request(address)).text()).not.toContain("<entry");
  });
});
