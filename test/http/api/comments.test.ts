import { describe, expect, it } from "vitest";
import { ADMIN, publish, put, release, request } from "../../support/service.ts";

describe("comments in Markdown", () => {
  it("are never shown to readers, in an edition or in a difference; the admin sees them", async () => {
    const text = release({ body: "One. <!-- figure not confirmed -->\n\n[//]: # (ask Ara)\n\nTwo." });
    await publish(text);
    const next = {
      ...text,
      change: "minor",
      body: "One. <!-- confirmed -->\n\n[//]: # (Ara says yes)\n\nThree.",
    };
    expect((await put(next)).status).toBe(200);
    await put({ ...next, body: `${next.body} <!-- more -->` });

    const address = `/api/v1/releases/${text.id}/editions`;
    const answers = await Promise.all(
      [address, `${address}/1`, `${address}/2`, `${address}/1/diff/2`, `${address}/2/diff/3`].map(
        async (path) => (await request(path)).text(),
      ),
    );
    for (const answer of answers) expect(answer).not.toMatch(/confirmed|Ara|<!--|more/);
    expect(JSON.parse(answers[1] ?? "")).toMatchObject({ body: "One. \n\n\nTwo." });
    // An edition that differs in a comment only has no difference.
    expect(JSON.parse(answers[4] ?? "")).toMatchObject({ fields: {} });

    const seen = await (await request(`${address}/1`, { headers: ADMIN })).json<{ body: string }>();
    expect(seen.body).toBe(text["body"]);
  });
});
