import { describe, expect, it } from "vitest";
import { put, release, request, send } from "../../support/service.ts";

const BODY =
  'One.\n\n<iframe src="https://v.example/x"></iframe>\n\n![Logo](data:image/png;base64,iVBORw0KGgo=)';
const WARNINGS = [
  { path: "body", line: 3, message: "<iframe> is taken out; a link to https://v.example/x stays" },
  { path: "body", line: 5, message: expect.stringMatching(/^an image that no reader can load/) },
];

describe("a text of which something is taken out", () => {
  it("is published with warnings, also in a dry run", async () => {
    const text = release({ body: BODY });
    const previewed = await send("PUT", `/api/v1/releases/${text.id}?dryRun=true`, text);
    expect(await previewed.json()).toMatchObject({ changed: true, warnings: WARNINGS });
    const published = await put(text);
    expect(published.status).toBe(201);
    expect(await published.json()).toMatchObject({ changed: true, warnings: WARNINGS });
    expect(await (await put(text)).json()).toMatchObject({ changed: false, warnings: WARNINGS });
    const shown = await (await request(`/api/v1/releases/${text.id}`)).json<{ content: { text: string } }>();
    expect(shown.content.text).toBe("One.\n\nEmbedded content: https://v.example/x\n\nLogo");
  });

  it("has its own warnings in a batch, and other texts have none", async () => {
    const releases = [release(), release({ body: BODY }), release({ body: "Dear <title> <name>, hello." })];
    for (const query of ["?dryRun=true", ""]) {
      const { data } = await (
        await send("POST", `/api/v1/releases${query}`, { releases })
      ).json<{
        data: Record<string, unknown>[];
      }>();
      expect(data.map(({ warnings }) => warnings)).toEqual([undefined, WARNINGS, undefined]);
    }
  });
});

describe("a text from an older site that also has its files under /files/", () => {
  it("is published, with a warning for each link to a file that this service does not have", async () => {
    const body = "One.\n\n[Annex](/files/news/2016/annex.pdf)\n\n![Chart](/files/chart.png)";
    const published = await put(release({ body }));
    expect(published.status).toBe(201);
    expect(await published.json()).toMatchObject({
      warnings: [
        {
          line: 3,
          message: expect.stringMatching(/^links \/files\/news\/2016\/annex\.pdf, where this service/),
        },
        { line: 5, message: expect.stringMatching(/^links \/files\/chart\.png, where this service/) },
      ],
    });
  });
});

describe("a text whose title has French spaces and characters of Windows-1252", () => {
  it("keeps the spaces and has the characters meant", async () => {
    const title = "D\u00e9claration\u00a0: «\u202fla paix\u202f» est\u0092elle possible\u202f?";
    const text = release({ title, body: "It\u0092s so." });
    await put(text);
    await put({ ...text, body: "It\u0092s not so.", change: "major", note: "Une note\u00a0: deux" });
    const shown = await (await request(`/api/v1/releases/${text.id}`)).json<Record<string, unknown>>();
    expect(shown).toMatchObject({
      title: title.replace("\u0092", "’"),
      note: "Une note\u00a0: deux",
      summary: "It’s not so.",
    });
  });
});
