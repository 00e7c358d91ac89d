/**
 * One request as a certain client sends it, with exactly its headers, and the answer as it comes over the wire: fetch
 * would add headers of its own and hide how the body was encoded.
 */
import { request as requestByHttp, type IncomingHttpHeaders } from "node:http";
import { request as requestByHttps } from "node:https";
import { brotliDecompressSync, gunzipSync, inflateSync } from "node:zlib";
import { systemCode } from "../cli-error.ts";

/** Bytes of an answer that are read: our feeds are a tenth of it. */
const BODY_BYTES_MAX = 20_000_000;
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

export interface Answer {
  kind: "answered";
  status: number;
  headers: IncomingHttpHeaders;
  /** Decoded as content-encoding says. */
  body: string;
  /** `doubled`: still gzip after decoding. `broken`: not what content-encoding says. */
  encodingFault: "doubled" | "broken" | undefined;
}

export interface NoAnswer {
  kind: "failed";
  reason: "no-name" | "tls" | "late" | "unreachable";
  /** What the system says. */
  detail: string;
}

/**
 * Does not follow redirects.
 *
 * @param timeoutMs for the whole answer
 * @param form sent by POST; without it the request is a GET
 */
export async function ask(
  url: URL,
  headers: Readonly<Record<string, string>>,
  timeoutMs: number,
  form?: URLSearchParams,
): Promise<Answer | NoAnswer> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    return await new Promise<Answer>((resolve, reject) => {
      const send = url.protocol === "https:" ? requestByHttps : requestByHttp;
      const content = form && { "content-type": "application/x-www-form-urlencoded" };
      const sent = {
        method: form ? "POST" : "GET",
        headers: { ...headers, ...content },
        signal,
        agent: false,
      };
      const request = send(url.href, sent, (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on("data", (chunk: Buffer) => {
          chunks.push(chunk);
          bytes += chunk.length;
          if (bytes > BODY_BYTES_MAX) response.destroy(new Error("the answer does not end"));
        });
        response.on("error", reject);
        response.on("end", () => {
          resolve({
            kind: "answered",
            status: response.statusCode ?? 0,
            headers: response.headers,
            ...decoded(Buffer.concat(chunks), response.headers["content-encoding"]),
          });
        });
      });
      request.on("error", reject);
      request.end(form?.toString());
    });
  } catch (error) {
    return failure(error, signal.aborted);
  }
}

function decoded(bytes: Buffer, coding = ""): Pick<Answer, "body" | "encodingFault"> {
  let body = bytes;
  try {
    // The last coding was applied last (RFC 9110, 8.4).
    for (const each of coding.toLowerCase().split(",").toReversed()) body = decodedOnce(body, each.trim());
  } catch {
    return { body: "", encodingFault: "broken" };
  }
  const isDoubled = body.subarray(0, 2).equals(GZIP_MAGIC);
  return { body: isDoubled ? "" : body.toString(), encodingFault: isDoubled ? "doubled" : undefined };
}

function decodedOnce(bytes: Buffer, coding: string): Buffer {
  // A 304 has no body to decode.
  if (bytes.length === 0) return bytes;
  switch (coding) {
    case "gzip":
    case "x-gzip":
      return gunzipSync(bytes);
    case "br":
      return brotliDecompressSync(bytes);
    case "deflate":
      return inflateSync(bytes);
    default:
      return bytes;
  }
}

const TLS_CODE = /^(?:ERR_SSL_|ERR_TLS_|CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_|EPROTO)/;

function failure(error: unknown, isLate: boolean): NoAnswer {
  const detail = error instanceof Error ? error.message : String(error);
  const code = systemCode(error) ?? "";
  if (isLate) return { kind: "failed", reason: "late", detail };
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return { kind: "failed", reason: "no-name", detail: code };
  if (TLS_CODE.test(code)) return { kind: "failed", reason: "tls", detail: code };
  return { kind: "failed", reason: "unreachable", detail: code || detail };
}
