import { describe, expect, it } from "vitest";
import { PROBLEM_CODES } from "../../src/domain/codes.ts";
import { SAMPLE_TYPES } from "../../src/domain/sample-event.ts";
import { routedCalls } from "../../src/manual/openapi.ts";
import { BASE_URL, request, send } from "../support/service.ts";

const pages = new Map<string, Promise<string>>();

/** The HTML of a page, which must be there. */
function pageAt(path: string): Promise<string> {
  const known = pages.get(path);
  if (known !== undefined) return known;
  const reading = request(path).then((answer) => {
    if (answer.status !== 200) throw new Error(`${path} is ${answer.status}`);
    return answer.text();
  });
  pages.set(path, reading);
  return reading;
}

const idsIn = (html: string) => [...html.matchAll(/ id="([^"]+)"/g)].map(([, id = ""]) => id);
const linksIn = (html: string) => [...html.matchAll(/ href="([^"]+)"/g)].map(([, href = ""]) => href);

/** The pages that the menu of the first one names. */
async function allPages(): Promise<string[]> {
  const links = linksIn(await pageAt("/docs")).filter((href) => /^\/docs(?:\/[\w/-]+)?$/.test(href));
  return [...new Set(links)];
}

describe("the pages of the manual", () => {
  it("are more than twenty, under a policy that lets in nothing from elsewhere", async () => {
    const paths = await allPages();
    expect(paths.length).toBeGreaterThan(20);
    for (const path of paths) {
      const { headers } = await request(path);
      expect(headers.get("content-type")).toBe("text/html; charset=utf-8");
      expect(headers.get("content-security-policy")).toBe(
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
      );
      expect(headers.get("x-robots-tag")).toBe("noindex");
      expect(headers.get("etag")).toMatch(/^W\/"/);
    }
  });

  it("have only links that lead somewhere, down to the heading", async () => {
    for (const path of await allPages()) {
      for (const href of linksIn(await pageAt(path))) {
        if (/^https?:/.test(href)) continue;
        const [target = "", id] = href.split("#");
        if (!target.startsWith("/docs") && target !== "") continue;
        if (/\.\w+$/.test(target)) continue;
        const html = await pageAt(target === "" ? path : target);
        if (id !== undefined) expect([path, href, idsIn(html).includes(id)]).toEqual([path, href, true]);
      }
    }
  });

  it("have each id once", async () => {
    for (const path of await allPages()) {
      const ids = idsIn(await pageAt(path));
      expect([path, ids.filter((id, index) => ids.indexOf(id) !== index)]).toEqual([path, []]);
    }
  });

  it("explain each code, where the type of a problem leads", async () => {
    const ids = idsIn(await pageAt("/docs/errors"));
    expect(Object.keys(PROBLEM_CODES).filter((code) => !ids.includes(code))).toEqual([]);
    const { type } = await (await send("PUT", "/api/v1/site", { title: 1 })).json<{ type: string }>();
    expect(type).toBe(`${BASE_URL}/docs/errors#invalid`);
  });

  it("show each event whole, and each call", async () => {
    const events = idsIn(await pageAt("/docs/events"));
    expect(SAMPLE_TYPES.filter((type) => !events.includes(type.replace(".", "-")))).toEqual([]);
    for (const { id, tag } of routedCalls()) {
      expect(idsIn(await pageAt(`/docs/api/${tag}`))).toContain(id);
    }
  });

  it("have one address each", async () => {
    const slashed = await request("/docs/errors/");
    expect([slashed.status, slashed.headers.get("location")]).toEqual([301, "/docs/errors"]);
    const withSlash = await request("/docs/");
    expect([withSlash.status, withSlash.headers.get("location")]).toEqual([301, "/docs"]);
    for (const path of ["/docs/errors.html", "/docs/index", "/docs/nothing", "/docs/api/nothing.json"]) {
      expect([path, (await request(path)).status]).toEqual([path, 404]);
    }
  });

  it("have the address of the service in their examples", async () => {
    expect(await pageAt("/docs")).toContain(`${BASE_URL}/api/v1/releases`);
    expect(await pageAt("/docs")).not.toContain("localhost:8787");
  });
});
