import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { act, BASE_URL, newsroomLater, publish, release, request } from "../../support/service.ts";

const markdownAt = async (path: string, headers: Record<string, string> = {}) => {
  const answer = await request(path, { headers });
  const text = await answer.text();
  const [, fields = "", body = ""] = /^---\n([\s\S]*?\n)---\n\n?([\s\S]*)$/.exec(text) ?? [];
  return { answer, fields: parse(fields) as Record<string, unknown>, body };
};

describe("a release as Markdown", () => {
  it("has its front matter, as a content file has it, and its text without comments", async () => {
    const text = release({
      slug: "as-markdown",
      title: 'The "session": first',
      topics: [],
      body: "One.\n\n<!-- internal -->\n\n- *Two*",
      source: "https://old.example/1",
    });
    await publish(text);
    const { answer, fields, body } = await markdownAt("/en/releases/as-markdown.md");
    expect(answer.status).toBe(200);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "text/markdown; charset=utf-8",
      link: `<${BASE_URL}/en/releases/as-markdown>; rel="canonical"`,
      etag: expect.stringMatching(/^W\//),
      "access-control-allow-origin": "*",
    });
    const { id, lang, type, title, date, source } = text;
    expect(fields).toMatchObject({ id, lang, slug: "as-markdown", type, title, date, source });
    expect(body).toBe("One.\n\n\n- *Two*\n");
    const etag = answer.headers.get("etag") ?? "";
    const again = await request("/en/releases/as-markdown.md", { headers: { "if-none-match": etag } });
    expect(again.status).toBe(304);
  });

  it("is at the page's address for who prefers it, by weight, and never for who takes anything", async () => {
    await publish(release({ slug: "negotiated" }));
    const typeFor = async (accept: string) => {
      const answer = await request("/en/releases/negotiated", { headers: { accept } });
      await answer.arrayBuffer();
      expect(answer.headers.get("vary"), accept).toBe("Accept");
      return answer.headers.get("content-type")?.split(";")[0];
    };
    for (const accept of [
      "text/markdown",
      "text/markdown, text/html, */*",
      "text/html;q=0.8, text/markdown;q=0.9",
      "text/markdown, */*;q=0.1",
      "TEXT/MARKDOWN;q=0.1",
    ])
      expect(await typeFor(accept), accept).toBe("text/markdown");
    for (const accept of [
      "*/*",
      "text/*",
      "text/html",
      "text/html,application/xhtml+xml,*/*;q=0.8",
      "text/markdown;q=0, */*",
      "text/markdown;q=0.5, text/html",
      "text/markdown;q=0.5, */*;q=0.8",
      "text/markdown;q=0.5, text/*",
    ])
      expect(await typeFor(accept), accept).toBe("text/html");
    // Memory has the page now, and must not answer with it.
    expect(await typeFor("text/markdown")).toBe("text/markdown");
    // Lists have no Markdown.
    const list = await request("/en", { headers: { accept: "text/markdown" } });
    expect([list.headers.get("content-type"), list.headers.get("vary")]).toEqual([
      "text/html; charset=utf-8",
      null,
    ]);
  });

  it("moves, is withdrawn and is killed with its page, and is not there under an embargo", async () => {
    const text = release({ slug: "old-slug" });
    await publish(text);
    await publish({ ...text, slug: "new-slug", change: "minor" });
    await newsroomLater(2);
    for (const format of ["md", "json"]) {
      const moved = await request(`/en/releases/old-slug.${format}`);
      expect([moved.status, moved.headers.get("location")]).toEqual([301, `/en/releases/new-slug.${format}`]);
    }
    const withdrawn = release({ slug: "withdrawn-text" });
    await publish(withdrawn);
    await act("withdraw", withdrawn.id, "Superseded");
    expect((await markdownAt("/en/releases/withdrawn-text.md")).fields).toMatchObject({
      status: "withdrawn",
      reason: "Superseded",
    });
    const killed = release({ slug: "killed-text", title: "A secret", body: "A secret text." });
    await publish(killed);
    await act("kill", killed.id, "By mistake");
    const { answer, fields, body } = await markdownAt("/en/releases/killed-text.md");
    expect([answer.status, fields["reason"], body]).toEqual([410, "By mistake", ""]);
    expect(fields).not.toHaveProperty("slug");
    const json = await request("/en/releases/killed-text.json");
    const shown = await json.text();
    expect([json.status, shown.includes("secret")]).toEqual([410, false]);
    await publish(
      release({ slug: "embargoed-text", embargo: new Date(Date.now() + 3_600_000).toISOString() }),
    );
    for (const path of ["embargoed-text.md", "embargoed-text.json", "nothing.md", "nothing.json"])
      expect((await request(`/en/releases/${path}`)).status, path).toBe(404);
  });
});
