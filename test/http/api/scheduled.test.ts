import { describe, expect, it } from "vitest";
import { ADMIN, act, type ProblemJson, publish, release, request } from "../../support/service.ts";

interface Scheduled {
  id: string;
  title: string;
  embargo: string;
  status: string;
  content?: unknown;
}

const after = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 19) + "Z";

async function scheduled(query = ""): Promise<{ data: Scheduled[]; next: string | null }> {
  const answer = await request(`/api/v1/releases?status=embargoed${query}`, { headers: ADMIN });
  expect(answer.status).toBe(200);
  expect(answer.headers.get("cache-control")).toBe("private, no-store");
  return answer.json();
}

describe("GET /releases?status=embargoed", () => {
  it("lists for the admin what is under embargo, soonest first, page by page", async () => {
    const [late, soon, same] = [after(9), after(2), after(5)];
    const texts = [late, soon, same, same].map((embargo, index) =>
      release({ embargo, title: `Text ${index}` }),
    );
    for (const text of texts) await publish(text);
    await publish(release());

    const { data, next } = await scheduled();
    expect(next).toBeNull();
    expect(data.map(({ embargo }) => embargo)).toEqual([soon, same, same, late]);
    expect(data[0]).toMatchObject({ id: texts[1]?.id, title: "Text 1", status: "embargoed" });
    expect(data[0]).toHaveProperty("content.html");

    const first = await scheduled("&limit=2&content=summary");
    expect(first.data[0]).not.toHaveProperty("content");
    const second = await scheduled(`&limit=2&cursor=${encodeURIComponent(first.next ?? "")}`);
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(data.map(({ id }) => id));
    expect(second.next).toBeNull();

    // Killed under its embargo, it leaves no trace here either.
    await act("kill", texts[1]?.id ?? "");
    expect((await scheduled()).data.map(({ embargo }) => embargo)).toEqual([same, same, late]);
  });

  it("is refused without the admin token, in any spelling", async () => {
    for (const query of ["status=embargoed", "STATUS=embargoed", "status=published", "status="]) {
      expect((await request(`/api/v1/releases?${query}`)).status, query).toBe(401);
    }
  });

  it("names a value, a filter and a cursor that it does not take", async () => {
    const refused = async (query: string) => {
      const answer = await request(`/api/v1/releases?${query}`, { headers: ADMIN });
      expect(answer.status).toBe(422);
      return (await answer.json<ProblemJson>()).errors?.map(({ path }) => path);
    };
    expect(await refused("status=withdrawn")).toEqual(["/status"]);
    expect(await refused("status=embargoed&lang=en")).toEqual(["/lang"]);
    expect(await refused("status=embargoed&cursor=12")).toEqual(["/cursor"]);
    expect(await refused("statu=embargoed")).toEqual(["/statu"]);
  });
});
