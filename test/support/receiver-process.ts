/**
 * A real HTTP server on loopback, in a process of its own: the endpoints of subscriptions for the tests in
 * workerd. The URL of an endpoint lists its answers, one for each arrival; the last answer repeats:
 *
 *   POST /KEY?answers=500,echo,204   answered 500, then with the challenge, then always 204
 *   GET  /KEY                        what has arrived there, as JSON
 *   GET  /KEY?hub.mode=…&confirm=404,echo   a request of the WebSub hub: answered 404, then always with the challenge
 *   GET  /asked-by-hub/KEY           the queries of these requests so far, as JSON
 *   GET  /dns/KEY/1.1.1.1,10.0.0.1   a DNS-over-HTTPS server: one address for each query, the last one
 *                                    repeats; `none` for no address, `broken` for 500,
 *                                    `half:ADDRESS` for an IPv6 zone that fails; several addresses, also of
 *                                    IPv6, have `+` between them
 *   GET  /asked/KEY/…                the queries so far, as JSON
 *
 * Answers: a status; `echo` (the challenge as JSON); `echo-text`; `echo-string` (as a JSON string); `hang` (no answer); `stall` (a body that
 * never ends); `late:STATUS` (after half a second); `broken:STATUS` (a body that breaks off, with a
 * Retry-After of ten minutes); `undecodable:CODING:HEX` (200 with these bytes, said to be of that coding); `trickle` (a byte now and then, without end); `huge` (a megabyte);
 * `telegram:STATUS:SECONDS` (what the Bot API answers; with seconds, its own retry_after); `slack:STATUS:WORD` (a word as text);
 * `repeat:STATUS` (the address of the request); `retry-after:SECONDS` (429; with `;` between them several headers); `challenged` (403 with the page that Cloudflare's protection answers); `redirect` (302 to /elsewhere); `redirect-inside` (302 to a private address).
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Arrival } from "./receiver.ts";

const arrivals = new Map<string, Arrival[]>();
/** The queries of requests of the hub, by path. */
const hubQueries = new Map<string, string[]>();
const server = createServer((request, response) => {
  receive(request, response).catch(() => response.destroy());
});
// Longer than any test: closing a connection just as a delivery reuses it would fail the attempt.
server.keepAliveTimeout = 600_000;
server.listen(0, "127.0.0.1", () => {
  // The parent process gets the URL, and kills this process in the end.
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const here = arrivals.get(url.pathname) ?? [];
  if (url.pathname.startsWith("/dns/")) {
    resolve(url, response);
    return;
  }
  if (url.pathname.startsWith("/asked/")) {
    const questions = arrivals.get(url.pathname.replace("/asked/", "/dns/")) ?? [];
    response.end(JSON.stringify(questions));
    return;
  }
  if (url.pathname.startsWith("/asked-by-hub/")) {
    response.end(JSON.stringify(hubQueries.get(url.pathname.replace("/asked-by-hub", "")) ?? []));
    return;
  }
  if (request.method === "GET" && url.searchParams.has("hub.mode")) {
    answerHub(url, response);
    return;
  }
  if (request.method === "GET") {
    response.end(JSON.stringify(here));
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  arrivals.set(url.pathname, [...here, { headers, body, at: Date.now() }]);
  const answers = (url.searchParams.get("answers") ?? "204").split(",");
  if (answers[0] === "repeat:404") response.writeHead(404).end(`no ${url.pathname}${url.search}`);
  else answer(response, answers[Math.min(here.length, answers.length - 1)] ?? "204", body);
}

function answerHub(url: URL, response: ServerResponse): void {
  const here = hubQueries.get(url.pathname) ?? [];
  hubQueries.set(url.pathname, [...here, url.search]);
  const answers = (url.searchParams.get("confirm") ?? "echo").split(",");
  const kind = answers[Math.min(here.length, answers.length - 1)] ?? "echo";
  if (kind === "echo") response.end(url.searchParams.get("hub.challenge") ?? "");
  else answer(response, kind, "");
}

/** Queries for IPv6 get an empty answer and are not recorded. */
function resolve(url: URL, response: ServerResponse): void {
  const here = arrivals.get(url.pathname) ?? [];
  const isForIpv4 = url.searchParams.get("type") === "1";
  if (isForIpv4) arrivals.set(url.pathname, [...here, { headers: {}, body: url.search, at: Date.now() }]);
  const addresses = (url.pathname.split("/")[3] ?? "").split(",");
  const address = addresses[Math.min(here.length, addresses.length - 1)];
  if (address?.includes("+") === true) {
    const ofType = address.split("+").filter((each) => each.includes(":") !== isForIpv4);
    const type = isForIpv4 ? 1 : 28;
    response.end(
      JSON.stringify({ Status: 0, Answer: ofType.map((data) => ({ name: "x", type, TTL: 60, data })) }),
    );
    return;
  }
  if (address === "broken") response.writeHead(500).end();
  else if (!isForIpv4)
    response.end(JSON.stringify({ Status: address?.startsWith("half:") === true ? 2 : 0 }));
  else if (address === "none") response.end(JSON.stringify({ Status: 3 }));
  else
    response.end(
      JSON.stringify({
        Status: 0,
        Answer: [{ name: "x", type: 1, TTL: 60, data: address?.replace("half:", "") }],
      }),
    );
}

function answer(response: ServerResponse, kind: string, body: string): void {
  // A CloudEvents envelope holds the event as its data.
  const challenge = () => {
    const { data } = JSON.parse(body) as { data: { challenge: string; data?: { challenge: string } } };
    return (data.data ?? data).challenge;
  };
  switch (kind.split(":")[0]) {
    case "echo":
      response.end(JSON.stringify({ challenge: challenge() }));
      return;
    case "echo-string":
      response.end(JSON.stringify(challenge()));
      return;
    case "echo-text":
      response.end(challenge());
      return;
    case "hang":
      return;
    case "stall":
      response.write("and then");
      return;
    case "trickle": {
      const timer = setInterval(() => response.write("."), 100);
      response.once("close", () => clearInterval(timer));
      return;
    }
    case "broken":
      response.writeHead(Number(kind.split(":")[1]), { "content-length": "100", "retry-after": "600" });
      response.write("It is", () => response.destroy());
      return;
    case "undecodable": {
      const [, coding = "gzip", hex = ""] = kind.split(":");
      const bytes = Buffer.from(hex, "hex");
      response.writeHead(200, { "content-encoding": coding, "content-length": bytes.length }).end(bytes);
      return;
    }
    case "late":
      setTimeout(() => response.writeHead(Number(kind.split(":")[1])).end(), 500);
      return;
    case "huge":
      response.end("x".repeat(1_048_576));
      return;
    case "telegram": {
      const [, status, seconds] = kind.split(":");
      const parameters = seconds === undefined ? {} : { parameters: { retry_after: Number(seconds) } };
      const description =
        status === "429" ? "Too Many Requests" : "Forbidden: bot was kicked from the channel chat";
      response.writeHead(Number(status), { "content-type": "application/json" });
      response.end(JSON.stringify({ ok: false, error_code: Number(status), description, ...parameters }));
      return;
    }
    case "slack": {
      const [, status, word] = kind.split(":");
      response.writeHead(Number(status)).end(word);
      return;
    }
    case "retry-after":
      response.setHeader("retry-after", kind.slice("retry-after:".length).split(";"));
      response.writeHead(429).end();
      return;
    case "challenged":
      response.writeHead(403, { "cf-mitigated": "challenge", "content-type": "text/html" });
      response.end("<!DOCTYPE html><title>Just a moment...</title>");
      return;
    case "redirect-inside":
      response.writeHead(302, { location: "http://169.254.169.254/latest/meta-data/" }).end();
      return;
    case "redirect":
      response.writeHead(302, { location: "/elsewhere" }).end();
      return;
    default:
      response.writeHead(Number(kind)).end(kind === "204" ? undefined : "as told");
  }
}
