/**
 * An answer exactly as it came over the wire: no client in between that unpacks or renames.
 */
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";

/** Of this one connection, not of the answer. */
const OF_THE_CONNECTION = new Set([
  "content-length",
  "transfer-encoding",
  "connection",
  "keep-alive",
  "date",
]);

export interface CapturedAnswer {
  status: number;
  headers: [name: string, value: string][];
  body: Uint8Array<ArrayBuffer>;
  /** @throws {Error} if it has none */
  etag: () => string;
}

export async function captured(url: URL, headers: Record<string, string>): Promise<CapturedAnswer> {
  const [response] = (await once(get(url.href, { headers, agent: false }), "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const names = response.rawHeaders.filter((_, index) => index % 2 === 0);
  return {
    status: response.statusCode ?? 0,
    headers: names
      .map((name, index): [string, string] => [name, response.rawHeaders[index * 2 + 1] ?? ""])
      .filter(([name]) => !OF_THE_CONNECTION.has(name.toLowerCase())),
    body: new Uint8Array(Buffer.concat(chunks)),
    etag: () => {
      const { etag } = response.headers;
      if (etag === undefined) throw new Error(`no ETag: ${url.pathname}`);
      return etag;
    },
  };
}
