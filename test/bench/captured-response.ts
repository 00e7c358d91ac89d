/**
 * Captures a response exactly as sent, without a client that decompresses it or renames headers.
 */
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";

/** Headers of the connection, not of the response. */
const CONNECTION_HEADERS = new Set([
  "content-length",
  "transfer-encoding",
  "connection",
  "keep-alive",
  "date",
]);

export interface CapturedResponse {
  status: number;
  headers: [name: string, value: string][];
  body: Uint8Array<ArrayBuffer>;
  /** @throws {Error} without an ETag */
  etag: () => string;
}

export async function captureResponse(url: URL, headers: Record<string, string>): Promise<CapturedResponse> {
  const [response] = (await once(get(url.href, { headers, agent: false }), "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const names = response.rawHeaders.filter((_, index) => index % 2 === 0);
  return {
    status: response.statusCode ?? 0,
    headers: names
      .map((name, index): [string, string] => [name, response.rawHeaders[index * 2 + 1] ?? ""])
      .filter(([name]) => !CONNECTION_HEADERS.has(name.toLowerCase())),
    body: new Uint8Array(Buffer.concat(chunks)),
    etag: () => {
      const { etag } = response.headers;
      if (etag === undefined) throw new Error(`the response has no ETag: ${url.pathname}`);
      return etag;
    },
  };
}
