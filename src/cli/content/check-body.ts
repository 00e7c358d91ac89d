/**
 * Renders the body of a content file as the service does, to know what it would refuse or take out.
 */
import { defined } from "../../domain/defined.ts";
import { releasePath } from "../../domain/release.ts";
import { renderMarkdown } from "../../markdown/render.ts";
import type { ContentFile } from "./content-file.ts";
import type { FileIssue } from "./file-issue.ts";

/** `warnings`: what is not shown as it is written. */
export function checkBody({ release, issueAt }: ContentFile): { faults: FileIssue[]; warnings: FileIssue[] } {
  const rendered = renderMarkdown(release.body, { path: releasePath(release), lang: release.lang });
  if (!rendered.ok) {
    const { reason, line } = rendered;
    return { faults: [issueAt({ path: "/body", message: reason, ...defined({ line }) })], warnings: [] };
  }
  const warnings = rendered.remarks.map(({ line, message }) => issueAt({ path: "/body", line, message }));
  if (rendered.html !== "") return { faults: [], warnings };
  return { faults: [issueAt({ path: "/body", message: "is empty after HTML sanitising" })], warnings };
}
