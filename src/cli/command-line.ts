/**
 * Commands as they are proposed, to be pasted.
 */
import { DEFAULT_SERVICE } from "./option-values.ts";

/** `npm run communique -- replay sub_1a2b3c4d --event 17`, with `--to` where it is needed. */
export function suggestCommand(service: URL, ...words: string[]): string {
  const to = service.href === DEFAULT_SERVICE.href ? [] : ["--to", service.href.replace(/\/$/, "")];
  return ["npm run communique --", ...words, ...to].join(" ");
}
