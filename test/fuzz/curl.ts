/**
 * A request as a command that repeats it.
 */
import { gzipSync } from "node:zlib";
import type { FuzzRequest } from "./request.ts";

/** Letters of a body that is readable as it is. */
const PLAIN_BODY = /^[ -~\n]{0,2000}$/;

export function curlOf(service: URL, { method, path, headers, body }: FuzzRequest): string {
  const options = headers
    .filter(([name]) => name !== "host")
    .map(([name, value]) => `-H ${quoted(value === "" ? `${name};` : `${name}: ${value}`)}`);
  const verb = method === "HEAD" ? "-I" : `-X ${method}`;
  // In absolute form, the path goes to the server as the target.
  const target = path.startsWith("/") ? quoted(service.origin + path) : quoted(service.origin);
  const form = path.startsWith("/") ? "" : ` --request-target ${quoted(path)}`;
  const command = [`curl -sS -i --path-as-is -g ${verb}${form} ${target}`, ...options];
  if (body === undefined) return command.join(" ");
  const text = body.toString("latin1");
  if (PLAIN_BODY.test(text)) return [...command, `--data-binary ${quoted(text)}`].join(" ");
  const packed = gzipSync(body).toString("base64");
  return `echo ${packed} | base64 -d | gunzip | ${[...command, "--data-binary @-"].join(" ")}`;
}

/** In the quotes of a shell, byte for byte. */
function quoted(text: string): string {
  if (/^[\t -~]*$/.test(text)) return `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const escaped = text.replaceAll(/[^ -~]|['\\]/g, (letter) => {
    return String.raw`\x` + letter.charCodeAt(0).toString(16).padStart(2, "0");
  });
  return `$'${escaped}'`;
}
