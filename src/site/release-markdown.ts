/**
 * A release as a Markdown file with front matter, as offices write it (content/README.md).
 */
import { FACETS, type ReleaseView } from "../domain/release.ts";

/** The fields of a release in the order of content files. Attachments and images have URLs. */
function fieldsOf(release: ReleaseView): Record<string, unknown> {
  const { id, lang, url, group, status, reason } = release;
  const retracted = status === "published" ? {} : { status, reason, updated: release.updated };
  // A killed release has no address any more.
  if (status === "killed") return { id, lang, ...retracted };
  return {
    id,
    lang,
    slug: url.slice(url.lastIndexOf("/") + 1),
    ...(group === id ? {} : { group }),
    type: release.type,
    title: release.title,
    date: release.date,
    summary: release.summary,
    ...Object.fromEntries(FACETS.map((facet) => [facet, release[facet]])),
    source: release.source,
    ...(release.attachments.length === 0
      ? {}
      : { attachments: release.attachments.map(({ sha256: _sha256, ...attachment }) => attachment) }),
    image: release.image && {
      url: release.image.url,
      alt: release.image.alt,
      credit: release.image.credit,
      caption: release.image.caption,
    },
    ...retracted,
  };
}

/**
 * @param markdown the text of its present edition; of a killed release ""
 * @returns YAML front matter, in which each value is JSON, and the text
 */
export function releaseMarkdown(release: ReleaseView, markdown: string): string {
  const lines = Object.entries(fieldsOf(release))
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `---\n${lines.join("\n")}\n---\n${markdown === "" ? "" : `\n${markdown}\n`}`;
}
