import { describe, expect, it } from "vitest";
import { SAMPLE_TYPES } from "../../../src/domain/sample-event.ts";
import { BASE_URL, type ProblemJson, request } from "../../support/service.ts";
import README from "../../../src/http/README.md?raw";

interface Sample {
  type: string;
  timestamp: string;
  data: { release?: { url: string; status: string; title: string; content?: object }; reason?: string };
}

async function sample(query: string): Promise<Sample> {
  const answer = await request(`/api/v1/events/sample${query}`);
  expect([query, answer.status]).toEqual([query, 200]);
  return answer.json<Sample>();
}

describe("GET /events/sample", () => {
  it.each(SAMPLE_TYPES)("makes up a whole %s, always the same", async (type) => {
    const made = await sample(`?type=${type}`);
    expect(made.type).toBe(type);
    expect(Date.parse(made.timestamp)).not.toBeNaN();
    expect(await sample(`?type=${type}`)).toEqual(made);
  });

  it("has the address of the service in every URL", async () => {
    for (const type of SAMPLE_TYPES) {
      const urls = JSON.stringify(await sample(`?type=${type}`)).match(/https?:\/\/[^/"]+/g) ?? [];
      expect(urls.filter((url) => url !== BASE_URL)).toEqual([]);
    }
  });

  it("is a publication if no type is asked for, and without HTML and text if only the summary is", async () => {
    expect((await sample("")).type).toBe("release.published");
    expect((await sample("")).data.release?.content).toBeDefined();
    expect((await sample("?content=summary")).data.release?.content).toBeUndefined();
  });

  it("tells as little of a killed release as a true event does", async () => {
    const { release, reason } = (await sample("?type=release.killed")).data;
    expect(release).toMatchObject({ status: "killed", title: "", content: { html: "", text: "" } });
    expect(reason).toBe("Published by mistake");
  });

  it("names the types if it does not know one", async () => {
    const answer = await request("/api/v1/events/sample?type=release.moved");
    expect(answer.status).toBe(422);
    const { errors = [] } = await answer.json<ProblemJson>();
    expect(errors).toEqual([{ path: "/type", message: `must be among ${SAMPLE_TYPES.join(", ")}` }]);
  });

  it("refuses a misspelt parameter, and ignores those of trackers", async () => {
    const answer = await request("/api/v1/events/sample?typ=release.killed");
    expect(answer.status).toBe(422);
    const { errors = [] } = await answer.json<ProblemJson>();
    expect(errors).toEqual([{ path: "/typ", message: "is no parameter of this call; the nearest is type" }]);
    expect((await request("/api/v1/events/sample?utm_source=x")).status).toBe(200);
  });

  it("is the event that src/http/README.md shows", async () => {
    const [, json = "{}"] = /```json\n(\{\n {2}"type": "release\.corrected".*?)\n```/s.exec(README) ?? [];
    expect(JSON.parse(json)).toEqual(await sample("?type=release.corrected"));
  });
});
