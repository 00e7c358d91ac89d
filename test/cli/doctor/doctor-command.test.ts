import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { runCli, type Run } from "../support/run-cli.ts";
import { startService, TOKEN, type Service } from "../support/running-service.ts";

interface Given {
  status: number;
  headers: OutgoingHttpHeaders;
  body: string | Buffer;
}

let service: Service;

beforeAll(async () => {
  service = await startService();
  const published = await fetch(`${service.url}/api/v1/releases/${crypto.randomUUID()}`, {
    method: "PUT",
    headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
    body: JSON.stringify({
      lang: "en",
      slug: "session-1",
      type: "statement",
      title: "Session 1",
      date: "2020-12-01",
      body: "It was held.",
    }),
  });
  expect(published.status, await published.text()).toBe(201);
  // The feeds hold the release when it has been projected.
  await vi.waitFor(
    async () => expect(await (await fetch(`${service.url}/feed.json`)).text()).toContain("Session"),
    {
      timeout: 20_000,
    },
  );
});
afterAll(() => service.end());

function doctor(url: string, ...args: string[]): Promise<Run> {
  return runCli(["doctor", "--to", url, ...args]);
}

/**
 * A proxy in front of the service that plays one fault. The service's own address is replaced, so that everything
 * else is in order.
 *
 * @param change gets the service's answer to a request
 */
async function behind(
  change: (given: Given, request: IncomingMessage) => Given | undefined,
): Promise<string> {
  const server = createServer((request, response) => {
    void passOn(request).then((given) => {
      const changed = change(given, request);
      if (changed === undefined) return; // never answered
      response.writeHead(changed.status, {
        ...changed.headers,
        "content-length": Buffer.byteLength(changed.body),
      });
      response.end(changed.body);
    });
  });
  const url = await listening(server);
  const passOn = async (request: IncomingMessage): Promise<Given> => {
    const { "if-none-match": condition, "content-type": type } = request.headers;
    const body = await text(request);
    const answer = await fetch(`${service.url}${request.url ?? "/"}`, {
      headers: {
        "accept-encoding": "identity",
        ...(condition !== undefined && { "if-none-match": condition }),
        ...(type !== undefined && { "content-type": type }),
      },
      ...(request.method === "POST" && { method: "POST", body }),
      redirect: "manual",
    });
    const headers = Object.fromEntries(answer.headers);
    delete headers["content-length"];
    delete headers["transfer-encoding"];
    return { status: answer.status, headers, body: (await answer.text()).replaceAll(service.url, url) };
  };
  return url;
}

async function listening(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const isFeed = ({ url = "" }: IncomingMessage): boolean => url.startsWith("/feed.");
const isPage = ({ headers }: Given): boolean => String(headers["content-type"]).startsWith("text/html");
const agentOf = (request: IncomingMessage): string => request.headers["user-agent"] ?? "";

describe("doctor", () => {
  test("finds nothing at a healthy service, and says what it asked", async () => {
    const run = await doctor(service.url);
    expect(run, run.stdout).toMatchObject({ code: 0, stderr: "" });
    const lines = run.stdout.trim().split("\n");
    expect(lines.filter((line) => line.startsWith("ok "))).toHaveLength(lines.length - 1);
    for (const words of [
      "curl gets /healthz",
      "newsboat reads /feed.rss",
      "newsboat reads /feed.rss again at once",
      "feedparser gets 304 for /feed.atom",
      "/feed.json names its own address",
      "curl sends a notice to /hub",
      "a browser opens /",
      "Googlebot opens /en/releases/session-",
      "robots.txt lets GPTBot in",
    ]) {
      expect(run.stdout).toContain(`ok     ${words}`);
    }
    expect(lines.at(-1)).toBe(`Nothing keeps readers out of ${service.url}.`);
  });

  test("opens no page of a killed release, which is 410 for everybody", async () => {
    const url = await behind((given, { url: path }) =>
      path === "/feed.json"
        ? {
            ...given,
            body: String(given.body).replace(
              '"items": [',
              '"items": [{"url": "https://press.example/r/gone", "_communique": {"removed": true}},',
            ),
          }
        : given,
    );
    const run = await doctor(url);
    expect(run.code, run.stdout).toBe(0);
    expect(run.stdout).toContain("Googlebot opens /en/releases/session-");
  });

  test("finds nothing behind a proxy that compresses and makes ETags weak, as Cloudflare does", async () => {
    const url = await behind((given, request) => {
      const etag = given.headers["etag"] ?? "";
      const headers = { ...given.headers, ...(etag !== "" && { etag: `W/${etag}` }) };
      if (given.status === 304 || !/gzip/.test(String(request.headers["accept-encoding"])))
        return { ...given, headers };
      return { ...given, headers: { ...headers, "content-encoding": "gzip" }, body: gzipSync(given.body) };
    });
    const run = await doctor(url);
    expect(run.code, run.stdout).toBe(0);
  });

  const challenge = (status: number, headers: OutgoingHttpHeaders = {}): Given => ({
    status,
    headers: { "content-type": "text/html", ...headers },
    body: "<!DOCTYPE html><title>Just a moment...</title>",
  });
  const faults: [
    fault: string,
    change: (given: Given, request: IncomingMessage) => Given | undefined,
    ...string[],
  ][] = [
    [
      "Bot Fight Mode, which challenges feed readers",
      (given, request) =>
        agentOf(request).includes("Mozilla") ? given : challenge(403, { "cf-mitigated": "challenge" }),
      "newsboat reads /feed.rss: a page that only a browser can pass (answered 403)",
      "switch off Bot Fight Mode for that zone, because no rule can skip it",
    ],
    [
      "a challenge without its header",
      (given, request) => (agentOf(request).includes("feedparser") ? challenge(503) : given),
      "feedparser reads /feed.atom: a page that only a browser can pass (answered 503)",
      "switch off Bot Fight Mode",
    ],
    [
      "a rule that blocks crawlers",
      (given, request) =>
        agentOf(request).includes("GPTBot")
          ? {
              ...challenge(403),
              body: "<title>Attention Required! | Cloudflare</title>Sorry, you have been blocked",
            }
          : given,
      "GPTBot opens /: a page that refuses",
      "Security Events",
    ],
    [
      "Cloudflare's managed robots.txt",
      (given, request) =>
        request.url === "/robots.txt"
          ? {
              status: 200,
              headers: { "content-type": "text/plain" },
              body: "# BEGIN Cloudflare Managed content\nUser-agent: GPTBot\nDisallow: /\n# END Cloudflare Managed Content\n",
            }
          : given,
      "robots.txt lets GPTBot in: Cloudflare puts its own robots.txt in front",
      "Managed robots.txt",
    ],
    [
      "a robots.txt that turns a crawler away",
      (given, request) =>
        request.url === "/robots.txt"
          ? {
              status: 200,
              headers: { "content-type": "text/plain" },
              body: "User-agent: *\nAllow: /\n\nUser-agent: GPTBot\nUser-agent: CCBot\nDisallow: /\n",
            }
          : given,
      "robots.txt lets GPTBot in: robots.txt turns crawlers away (Disallow: / for GPTBot)",
    ],
    [
      "a robots.txt that is a page",
      (given, request) =>
        request.url === "/robots.txt" ? { ...challenge(200), body: "<html>Welcome" } : given,
      "a robots.txt that is not the service's",
    ],
    [
      "a proxy that strips ETags",
      ({ headers: { etag: _etag, ...headers }, ...given }) => ({ ...given, headers }),
      "no ETag, so readers fetch the whole feed each time",
    ],
    [
      "a proxy that rewrites ETags and does not know them again",
      (given) => {
        const etag = (given.headers["etag"] ?? "").replace(/"$/, '-gzip"');
        return given.status === 200 ? { ...given, headers: { ...given.headers, etag } } : given;
      },
      "newsboat gets 304 for /feed.rss: no 304 to a reader that has the newest version (answered 200",
    ],
    [
      "a body that is compressed twice",
      (given, request) =>
        isFeed(request) && given.status === 200
          ? {
              ...given,
              headers: { ...given.headers, "content-encoding": "gzip" },
              body: gzipSync(gzipSync(given.body)),
            }
          : given,
      "newsboat reads /feed.rss: compressed twice",
    ],
    [
      "a body that is not compressed as it says",
      (given, request) =>
        isFeed(request) ? { ...given, headers: { ...given.headers, "content-encoding": "gzip" } } : given,
      "a body that is not what its content-encoding says",
    ],
    [
      "a rewritten content type",
      (given, request) =>
        isFeed(request) && given.status === 200
          ? { ...given, headers: { ...given.headers, "content-type": "text/xml" } }
          : given,
      "newsboat reads /feed.rss: another content type (text/xml instead of application/rss+xml)",
    ],
    [
      "HTML in place of a feed",
      (given, request) =>
        isFeed(request)
          ? { status: 200, headers: { "content-type": "text/html" }, body: "<!doctype html><p>Sign in" }
          : given,
      "HTML instead of the document",
    ],
    [
      "a script that is written into pages",
      (given) =>
        isPage(given)
          ? {
              ...given,
              body: `${String(given.body)}<script defer src="https://static.cloudflareinsights.com/beacon.min.js"></script>`,
            }
          : given,
      "a browser opens /: something was written into the page",
      "Web Analytics",
    ],
    [
      "addresses of e-mail that are hidden",
      (given) =>
        isPage(given)
          ? { ...given, body: `${String(given.body)}<a href="/cdn-cgi/l/email-protection#1">` }
          : given,
      "Email Address Obfuscation",
    ],
    [
      "a rate limit for readers",
      (() => {
        let asked = 0;
        return (given: Given, request: IncomingMessage) => {
          if (request.url !== "/feed.rss") return given;
          asked += 1;
          return asked > 2 ? { status: 429, headers: {}, body: "" } : given;
        };
      })(),
      "newsboat reads /feed.rss again at once: refused as too many requests",
    ],
    [
      "a redirect to another host",
      (given) => ({ ...given, status: 301, headers: { location: "https://www.press.example/healthz" } }),
      "a redirect to another address (https://www.press.example/healthz)",
      "give that address with --to",
    ],
    [
      "a redirect to itself",
      (given) => ({ ...given, status: 301, headers: { location: "/healthz" } }),
      "redirects that never end (http://",
      "SSL/TLS mode Flexible",
    ],
    [
      "two addresses that redirect to each other",
      (given, request) => ({
        ...given,
        status: 302,
        headers: { location: request.url === "/healthz" ? "/other" : "/healthz" },
      }),
      "/other → http://",
    ],
    [
      "a service without its secrets",
      () => ({
        status: 503,
        headers: { "content-type": "application/problem+json" },
        body: JSON.stringify({
          code: "not-configured",
          detail: "Secrets are missing: wrangler secret put SIGNING_KEY",
        }),
      }),
      "the service is not configured (Secrets are missing: wrangler secret put SIGNING_KEY)",
      "run `npm run deploy`",
    ],
    [
      "a service that cannot read its subscriptions' secrets",
      (given, request) =>
        request.url === "/healthz"
          ? {
              status: 503,
              headers: { "content-type": "application/problem+json" },
              body: JSON.stringify({ code: "secrets-unreadable", detail: "SECRETS_KEY lacks the key" }),
            }
          : given,
      "the service is not healthy (SECRETS_KEY lacks the key)",
    ],
    [
      "a firewall that lets GET alone through",
      (given, { method }) =>
        method === "POST" ? { status: 405, headers: { "content-type": "text/plain" }, body: "" } : given,
      "curl sends a notice to /hub: POST requests do not get through (answered 405)",
      "let POST pass to /hub, /subscribe and /api/",
    ],
    [
      "another website",
      () => ({ status: 200, headers: { "content-type": "text/html" }, body: "<!doctype html><p>Welcome" }),
      "what answers is not a communique service",
    ],
  ];

  test.each(faults)("names %s", async (_fault, change, ...words) => {
    const run = await doctor(await behind(change));
    expect(run.code, run.stdout).toBe(1);
    for (const each of words) expect(run.stdout).toContain(each);
    expect(run.stderr).toMatch(/^\d+ findings? at http/);
  });

  test("names a BASE_URL that is not the address that was asked", async () => {
    const run = await doctor(service.url.replace("127.0.0.1", "localhost"));
    expect(run.code).toBe(1);
    expect(run.stdout).toContain(
      `/feed.rss names its own address: links lead to another address (the feed names ${service.url})`,
    );
    expect(run.stdout).toContain("set BASE_URL in wrangler.toml");
  });

  test("names an answer that does not come in time", async () => {
    const run = await doctor(await behind(() => undefined), "--timeout", "1");
    expect(run).toMatchObject({ code: 1, stdout: expect.stringContaining("no answer in time") });
  });

  test.each([
    ["https://no-such-office.invalid", "its name leads nowhere"],
    ["http://127.0.0.1:1", "it cannot be reached (ECONNREFUSED)"],
  ])("names that %s leads to no service", async (url, words) => {
    const run = await doctor(url);
    expect(run).toMatchObject({ code: 1, stdout: expect.stringContaining(words) });
  });

  test("names a TLS handshake that fails", async () => {
    const run = await doctor((await behind((given) => given)).replace("http:", "https:"));
    expect(run).toMatchObject({ code: 1, stdout: expect.stringContaining("curl gets /healthz: TLS fails") });
  });

  test("refuses a wrong --timeout as wrong usage", async () => {
    expect((await doctor(service.url, "--timeout", "soon")).code).toBe(2);
  });
});
