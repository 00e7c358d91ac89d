/**
 * robots.txt: everybody may read everything, and what programs may do with it for AI, in the forms that are in use
 * (contentsignals.org; IETF draft-ietf-aipref-attach).
 */
import type { Site } from "../domain/site.ts";

/** @param sitemaps their paths. @returns the text of robots.txt (RFC 9309) */
export function robotsText({ baseUrl, ai }: Site, sitemaps: readonly string[]): string {
  const { search = true, answer = true, train = false } = ai ?? {};
  const yes = (isAllowed: boolean) => (isAllowed ? "yes" : "no");
  const y = (isAllowed: boolean) => (isAllowed ? "y" : "n");
  return [
    "User-agent: *",
    `Content-Signal: search=${yes(search)}, ai-input=${yes(answer)}, ai-train=${yes(train)}`,
    `Content-Usage: search=${y(search)}, train-ai=${y(train)}`,
    "Allow: /",
    "",
    ...sitemaps.map((path) => `Sitemap: ${baseUrl}${path}`),
    "",
  ].join("\n");
}
