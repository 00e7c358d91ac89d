/**
 * `/mcp`: the Model Context Protocol, 2026-07-28, over HTTP. It is stateless: each POST carries its protocol version,
 * and is answered with one JSON-RPC response.
 */
import * as z from "zod/mini";
import type { Context } from "../context.ts";
import { allowCrossOrigin } from "../cross-origin.ts";
import { readBytes } from "../json-body.ts";
import { MCP_BYTES_MAX } from "../limits.ts";
import { type Arguments, type ReadApi, TOOLS } from "./tools.ts";

export const MCP_PATH = "/mcp";
const VERSION = "2026-07-28";
const VERSION_KEY = "io.modelcontextprotocol/protocolVersion";
/** Milliseconds for which a client may keep the list of tools: they change with a deployment only. */
const TOOLS_KEPT_MS = 3_600_000;

/** Codes of JSON-RPC 2.0 and of MCP, each with its HTTP status (basic/transports). */
const CODES = {
  parse: [-32_700, 400],
  invalidRequest: [-32_600, 400],
  unknownMethod: [-32_601, 404],
  // Inside a method, the transport has done its part.
  invalidParams: [-32_602, 200],
  headerMismatch: [-32_020, 400],
  unsupportedVersion: [-32_022, 400],
} as const;

const message = z.looseObject({
  jsonrpc: z.literal("2.0"),
  method: z.string(),
  id: z.optional(z.union([z.string(), z.number()])),
  params: z.optional(
    z.looseObject({
      _meta: z.optional(z.looseObject({ [VERSION_KEY]: z.optional(z.string()) })),
      name: z.optional(z.string()),
      /** Of the handshake that former versions begin with. */
      protocolVersion: z.optional(z.string()),
      arguments: z.optional(z.record(z.string(), z.unknown())),
    }),
  ),
});
type Message = z.infer<typeof message>;

/** @param read reads a path of the API for the same client */
export function postMcp(read: (c: Context) => ReadApi): (c: Context) => Promise<Response> {
  return async function postMcpHandler(c) {
    const given = await readMessage(c);
    if (given instanceof Response) return given;
    const { id, method, params } = given;
    const version = params?._meta?.[VERSION_KEY];
    // Nothing is cancelled or kept here, so notifications need no work.
    if (id === undefined) return c.body(null, 202);
    if (version !== VERSION) {
      const data = {
        supported: [VERSION],
        requested: version ?? params?.protocolVersion ?? c.req.header("mcp-protocol-version") ?? "none",
      };
      return protocolError(c, id, "unsupportedVersion", `This server speaks MCP ${VERSION} only.`, data);
    }
    const mismatch = mismatchedHeader(c, given, version);
    if (mismatch !== undefined) return protocolError(c, id, "headerMismatch", mismatch);
    switch (method) {
      case "server/discover":
        return success(c, id, {
          supportedVersions: [VERSION],
          capabilities: { tools: {} },
          instructions:
            "Official releases of one press office. Cite the URL and the edition; a later edition corrects an earlier one.",
          ...KEPT,
        });
      case "tools/list":
        return success(c, id, { tools: TOOLS.map(described), ...KEPT });
      case "tools/call":
        return callTool(c, id, params?.name, params?.arguments ?? {}, read(c));
      default:
        return protocolError(c, id, "unknownMethod", `There is no method ${method}.`);
    }
  };
}

/** Answers a browser that asks whether a script of another site may call /mcp. */
export function answerMcpPreflight(c: Context): Response {
  return allowCrossOrigin(c, "POST", "Content-Type, MCP-Protocol-Version, Mcp-Method, Mcp-Name");
}

const KEPT = { ttlMs: TOOLS_KEPT_MS, cacheScope: "public" } as const;

async function readMessage(c: Context): Promise<Message | Response> {
  const bytes = await readBytes(c, MCP_BYTES_MAX);
  if (bytes instanceof Response) return bytes;
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return protocolError(c, null, "parse", "The body is not JSON.");
  }
  const parsed = message.safeParse(json);
  return parsed.success
    ? parsed.data
    : protocolError(c, null, "invalidRequest", "The body is not one JSON-RPC 2.0 request.");
}

/** Proxies route by the headers, so they must say what the body says. */
function mismatchedHeader(c: Context, { method, params }: Message, version: string): string | undefined {
  const pairs: [header: string, body: string | undefined][] = [
    ["mcp-protocol-version", version],
    ["mcp-method", method],
    ["mcp-name", method === "tools/call" ? params?.name : undefined],
  ];
  return pairs
    .filter(([name, body]) => body !== undefined && c.req.header(name) !== body)
    .map(([name, body]) => `The header ${name} must be ${body}, as in the body.`)[0];
}

async function callTool(
  c: Context,
  id: string | number,
  name: string | undefined,
  given: Arguments,
  read: ReadApi,
): Promise<Response> {
  const tool = TOOLS.find((each) => each.name === name);
  if (tool === undefined) {
    const names = TOOLS.map((each) => each.name).join(", ");
    return protocolError(c, id, "invalidParams", `There is no tool ${name ?? ""}: call ${names}.`);
  }
  const known = Object.keys(tool.properties);
  const unknown = Object.keys(given).find((each) => !known.includes(each));
  if (unknown !== undefined)
    return refuseCall(c, id, `There is no argument ${unknown}: ${tool.name} takes ${known.join(", ")}.`);
  const missing = tool.required.find((each) => given[each] === undefined);
  if (missing !== undefined) return refuseCall(c, id, `The argument ${missing} is required.`);
  const result = await tool.run(given, read);
  if (!result.ok) return refuseCall(c, id, result.reason);
  const content = [{ type: "text", text: JSON.stringify(result.value) }];
  return success(c, id, { content, structuredContent: result.value, isError: false });
}

/** Answers with the reason as the result of the tool, not as an error of the protocol: a model can act on it. */
function refuseCall(c: Context, id: string | number, reason: string): Response {
  return success(c, id, { content: [{ type: "text", text: reason }], isError: true });
}

function described({ name, title, description, properties, required }: (typeof TOOLS)[number]) {
  return {
    name,
    title,
    description,
    inputSchema: { type: "object", properties, required, additionalProperties: false },
    annotations: { readOnlyHint: true, openWorldHint: false },
  };
}

const HEADERS = { "cache-control": "no-store" };

function success(c: Context, id: string | number, result: Record<string, unknown>): Response {
  return c.json({ jsonrpc: "2.0", id, result: { resultType: "complete", ...result } }, 200, HEADERS);
}

function protocolError(
  c: Context,
  id: string | number | null,
  which: keyof typeof CODES,
  words: string,
  data?: Record<string, unknown>,
): Response {
  const [code, status] = CODES[which];
  return c.json({ jsonrpc: "2.0", id, error: { code, message: words, data } }, status, HEADERS);
}
