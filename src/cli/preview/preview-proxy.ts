/**
 * The address of a preview: passes requests on to the service that has the present state of the folder, and adds the
 * mark to its pages. It answers only this machine's own browser.
 */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import { CliError, systemCode, systemReason } from "../cli-error.ts";
import type { FileIssue } from "../content/file-issue.ts";
import { EVENTS_PATH, FAULTS_PATH, faultsPage, previewStyle, STYLE_PATH, withMark } from "./preview-pages.ts";
import type { PreviewSite } from "./preview-site.ts";

/** What is shown now. */
export interface Shown {
  /** Undefined as long as no state could be shown. */
  site: PreviewSite | undefined;
  marks: ReadonlyMap<string, string>;
  faults: readonly FileIssue[];
  /** Why the folder as a whole cannot be shown. */
  message?: string | undefined;
}

export interface PreviewProxy {
  origin: string;
  /** Shows another state, and loads all open pages again. */
  show: (shown: Shown) => void;
  close: () => void;
}

const HTML = "text/html; charset=utf-8";

/** @throws CliError if the port cannot be used */
export async function openProxy(port: number): Promise<PreviewProxy> {
  let shown: Shown = { site: undefined, marks: new Map(), faults: [] };
  let version = newVersion();
  const readers = new Set<ServerResponse>();
  const server = createServer((incoming, response) => {
    answer(incoming, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(502, { "content-type": "text/plain" }).end(String(error));
    });
  });

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(incoming.url ?? "/", "http://localhost");
    // A name that another site lets lead to this machine is not ours (DNS rebinding).
    if (!/^(?:localhost|127\.0\.0\.1)(?::\d+)?$/.test(incoming.headers.host ?? "")) {
      return end(response, 421, "Ask for localhost.");
    }
    if (isForeign(incoming)) return end(response, 403, "A preview is for its own pages alone.");
    if (incoming.method !== "GET" && incoming.method !== "HEAD") {
      return end(response, 405, "A preview can only be read.", { allow: "GET, HEAD" });
    }
    switch (pathname) {
      case EVENTS_PATH:
        response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
        response.write(versionEvent());
        readers.add(response);
        response.on("close", () => readers.delete(response));
        return;
      case STYLE_PATH:
        return end(response, 200, previewStyle(shown.marks), { "content-type": "text/css; charset=utf-8" });
      case FAULTS_PATH:
        return page(response, 200, faultsPage(shown.faults, shown.message), pathname, {});
    }
    const { site } = shown;
    if (site === undefined) {
      return page(response, 503, faultsPage(shown.faults, shown.message), pathname, {});
    }
    const answered = await ask(site, incoming);
    const headers = ownHeaders(answered);
    if (!String(answered.headers["content-type"]).startsWith("text/html") || incoming.method === "HEAD") {
      response.writeHead(answered.statusCode ?? 502, headers);
      answered.pipe(response);
      return;
    }
    page(response, answered.statusCode ?? 502, await text(answered), decoded(pathname), headers);
  }

  function page(
    response: ServerResponse,
    status: number,
    html: string,
    path: string,
    headers: Record<string, string | string[]>,
  ): void {
    const nonce = randomBytes(16).toString("base64");
    const { [POLICY]: policy = "default-src 'none'; style-src 'self'", ...others } = headers;
    const marked = withMark(html, {
      mark: shown.marks.get(path),
      faults: shown.faults.length,
      version,
      nonce,
    });
    end(response, status, marked, {
      ...others,
      "content-type": HTML,
      [POLICY]: withScript(String(policy), nonce),
    });
  }

  const versionEvent = (): string => `event: version\ndata: ${version}\n\n`;

  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  } catch (error) {
    const reason = systemReason(systemCode(error) ?? String(error));
    throw new CliError(`Port ${port} cannot be used (${reason}): name another with --port.`);
  }
  return {
    origin: `http://localhost:${port}`,
    show(next) {
      shown = next;
      version = newVersion();
      for (const reader of readers) reader.write(versionEvent());
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

const POLICY = "content-security-policy";

function newVersion(): string {
  return randomBytes(6).toString("hex");
}

/** Whether a page of another site asks. A person may follow a link from there. */
function isForeign({ headers }: IncomingMessage): boolean {
  const { origin, "sec-fetch-site": site, "sec-fetch-mode": mode } = headers;
  if (origin !== undefined && !/^http:\/\/(?:localhost|127\.0\.0\.1)(?::\d+)?$/.test(origin)) return true;
  return (site === "cross-site" || site === "same-site") && mode !== "navigate";
}

function ask(
  { url, key }: PreviewSite,
  { method, url: path, headers }: IncomingMessage,
): Promise<IncomingMessage> {
  const kept = ["accept", "accept-language", "sec-fetch-dest", "sec-fetch-mode", "range", "user-agent"];
  const passed = Object.fromEntries(kept.flatMap((name) => (name in headers ? [[name, headers[name]]] : [])));
  return new Promise((resolve, reject) => {
    request(`${url.origin}${path}`, { method, headers: { ...passed, ...key } }, resolve)
      .on("error", reject)
      .end();
  });
}

/** Without what lets a browser keep an answer, or another site read it. */
function ownHeaders({ headers }: IncomingMessage): Record<string, string | string[]> {
  const left =
    /^(?:access-control-.*|etag|last-modified|cache-control|connection|keep-alive|transfer-encoding|content-length)$/;
  const entries = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined || left.test(name) ? [] : [[name, value] as const],
  );
  return { ...Object.fromEntries(entries), ...FOR_OURSELVES };
}

/** Nothing is kept, and no other site shows it. */
const FOR_OURSELVES = { "cache-control": "no-store", "cross-origin-resource-policy": "same-origin" };

/** Lets the page run our script, and read our events. */
function withScript(policy: string, nonce: string): string {
  const script = `'nonce-${nonce}'`;
  const scripted = /script-src /.test(policy)
    ? policy.replace("script-src ", `script-src ${script} `)
    : `${policy}; script-src ${script}`;
  return `${scripted}; connect-src 'self'`;
}

function end(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string | string[]> = {},
): void {
  response
    .writeHead(status, {
      "content-type": "text/plain; charset=utf-8",
      ...headers,
      ...FOR_OURSELVES,
    })
    .end(body);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
