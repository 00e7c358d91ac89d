import { beforeAll, describe, expect, it } from "vitest";
import { type ProblemJson, publish, release, request, send, settled } from "../../support/service.ts";

const value = (slug: string) => ({ slug, names: { en: slug } });

beforeAll(async () => {
  const registry = { topics: [value("csto"), value("osce"), value("secret")] };
  expect((await send("PUT", "/api/v1/registry", registry)).status).toBe(200);
  await publish(release({ topics: ["csto", "osce"] }));
  await settled();
});

describe.each(["/api/v1/releases", "/api/v1/events", "/api/v1/events/stream"])(
  "the filter of GET %s",
  (path) => {
    const errorsOf = async (query: string) => {
      const response = await request(`${path}?${query}`);
      expect(response.status).toBe(422);
      return (await response.json<ProblemJson>()).errors;
    };

    it("must name values that exist, and says which are near", async () => {
      expect(await errorsOf("topic=csot")).toEqual([
        { path: "/topic", message: "csot is not in the registry; the nearest are csto, osce" },
      ]);
      expect(await errorsOf("not.topic=csot&type=speach")).toHaveLength(2);
    });

    it("does not tell a value that nobody has seen from one that does not exist", async () => {
      const [secret, none] = [await errorsOf("topic=secret"), await errorsOf("topic=sicret")];
      expect(JSON.stringify(secret).replaceAll("secret", "sicret")).toBe(JSON.stringify(none));
    });

    it("must name languages of the site", async () => {
      expect(await errorsOf("lang=de")).toEqual([
        { path: "/lang", message: expect.stringContaining("en, hy, ru, fr") },
      ]);
    });
  },
);
