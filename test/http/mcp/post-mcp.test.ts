import { describe, expect, it } from "vitest";
import { ADMIN, publish, release, request } from "../../support/service.ts";

const VERSION = "2026-07-28";
const META = {
  "io.modelcontextprotocol/protocolVersion": VERSION,
  "io.modelcontextprotocol/clientCapabilities": {},
};

interface Answer {
  status: number;
  body: {
    id: unknown;
    result?: Record<string, unknown> & {
      isError?: boolean;
      content?: { text: string }[];
      structuredContent?: unknown;
    };
    error?: { code: number; message: string; data?: unknown };
  };
}

const post = async (body: unknown, headers: Record<string, string> = {}): Promise<Answer> => {
  const answer = await request("/mcp", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? {} : JSON.parse(text) };
};

const call = (method: string, params: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  post(
    { jsonrpc: "2.0", id: 7, method, params: { _meta: META, ...params } },
    {
      "mcp-protocol-version": VERSION,
      "mcp-method": method,
      ...(typeof params["name"] === "string" ? { "mcp-name": params["name"] } : {}),
      ...headers,
    },
  );

const tool = async (name: string, given: Record<string, unknown>) =>
  (await call("tools/call", { name, arguments: given })).body.result;

describe("the wire of MCP", () => {
  it("says what it speaks, without a handshake", async () => {
    expect(await call("server/discover")).toMatchObject({
      status: 200,
      body: {
        id: 7,
        result: { resultType: "complete", supportedVersions: [VERSION], capabilities: { tools: {} } },
      },
    });
  });

  it.each([
    ["not JSON", "{", {}, 400, -32_700],
    ["no request", [], {}, 400, -32_600],
    ["no version", { jsonrpc: "2.0", id: 1, method: "initialize", params: {} }, {}, 400, -32_022],
    [
      "another version in the header",
      { jsonrpc: "2.0", id: 1, method: "tools/list", params: { _meta: META } },
      { "mcp-protocol-version": "2025-11-25", "mcp-method": "tools/list" },
      400,
      -32_020,
    ],
    [
      "another method in the header",
      { jsonrpc: "2.0", id: 1, method: "tools/list", params: { _meta: META } },
      { "mcp-protocol-version": VERSION, "mcp-method": "tools/call" },
      400,
      -32_020,
    ],
  ] as const)("refuses a body with %s", async (_what, body, headers, status, code) => {
    expect(await post(body, headers)).toMatchObject({ status, body: { error: { code } } });
  });

  it("names the version that the handshake of an older client asks for", async () => {
    const handshake = {
      jsonrpc: "2.0",
      id: 1,
      method: "initialize",
      params: { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "a", version: "1" } },
    };
    expect(await post(handshake, {})).toMatchObject({
      body: { error: { data: { supported: [VERSION], requested: "2025-06-18" } } },
    });
  });

  it("refuses what it does not know, and names what it has", async () => {
    expect(await call("resources/list")).toMatchObject({ status: 404, body: { error: { code: -32_601 } } });
    const unknown = await call("tools/call", { name: "publish", arguments: {} });
    expect(unknown.body.error).toMatchObject({ code: -32_602 });
    expect(unknown.body.error?.message).toContain("search_releases, get_release, events_since");
  });

  it("lets scripts of other sites call it, and read every answer", async () => {
    const answer = await request("/mcp", { method: "OPTIONS", headers: { origin: "https://agent.example" } });
    expect(answer.status).toBe(204);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("access-control-allow-methods")).toBe("POST");
    expect(answer.headers.get("access-control-allow-headers")).toContain("Mcp-Method");
    const large = JSON.stringify({ jsonrpc: "2.0", method: "x".repeat(100_000) });
    for (const [method, body, status] of [
      ["POST", JSON.stringify({ jsonrpc: "2.0", method: "notifications/cancelled" }), 202],
      ["POST", large, 413],
      ["GET", undefined, 405],
    ] as const) {
      const { status: given, headers } = await request("/mcp", { method, ...(body && { body }) });
      expect([given, headers.get("access-control-allow-origin")]).toEqual([status, "*"]);
    }
  });

  it("takes notifications without an answer, and nothing but POST", async () => {
    expect((await post({ jsonrpc: "2.0", method: "notifications/cancelled" })).status).toBe(202);
    for (const method of ["GET", "DELETE"]) {
      const answer = await request("/mcp", { method });
      expect([answer.status, answer.headers.get("allow")]).toEqual([405, "POST"]);
    }
    expect((await post("x".repeat(70_000))).status).toBe(413);
  });
});

describe("the tools of MCP", () => {
  it("say in words what is wrong with a call", async () => {
    for (const [name, given, words] of [
      ["search_releases", { topics: ["x"] }, "no argument topics"],
      ["search_releases", { from: "yesterday" }, "from must be a day"],
      ["search_releases", { lang: "xx" }, "lang"],
      ["get_release", {}, "id is required"],
      ["get_release", { id: "nothing" }, "no"],
      ["events_since", { after: 1_000_000 }, "last sequence"],
    ] as const) {
      const result = await tool(name, given);
      expect([name, result?.isError]).toEqual([name, true]);
      expect(result?.content?.[0]?.text).toContain(words);
    }
  });

  it("find nothing that is under embargo, not even for the admin", async () => {
    const word = `word${crypto.randomUUID().slice(0, 8)}`;
    const secret = release({ title: word, embargo: new Date(Date.now() + 3_600_000).toISOString() });
    await publish(secret);
    expect((await tool("search_releases", { q: word }))?.structuredContent).toMatchObject({ releases: [] });
    const asAdmin = await call("tools/call", { name: "get_release", arguments: { id: secret.id } }, ADMIN);
    expect(asAdmin.body.result?.isError).toBe(true);
  });

  it("page through what they find", async () => {
    const word = `word${crypto.randomUUID().slice(0, 8)}`;
    for (let count = 0; count < 3; count += 1) await publish(release({ title: `${word} ${count}` }));
    const ids = new Set<string>();
    let cursor: string | null | undefined;
    do {
      const page = (await tool("search_releases", { q: word, limit: 2, ...(cursor ? { cursor } : {}) }))
        ?.structuredContent as { releases: { id: string }[]; next: string | null };
      for (const { id } of page.releases) ids.add(id);
      cursor = page.next;
    } while (cursor !== null);
    expect(ids.size).toBe(3);
  });
});
