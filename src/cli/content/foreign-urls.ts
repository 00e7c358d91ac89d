/**
 * Files at other sites that releases under embargo name: nobody keeps them back there.
 */
import { activeEmbargo } from "../../domain/release.ts";
import type { ContentFile } from "./content-file.ts";
import type { FileIssue } from "./file-issue.ts";

/** A warning for each. @param now seconds since 1970 */
export function foreignUrls(files: readonly ContentFile[], now = Math.floor(Date.now() / 1000)): FileIssue[] {
  return files
    .filter(({ release }) => activeEmbargo(release, now) !== null)
    .flatMap(({ release, issueAt }) => {
      const fields = [
        ...release.attachments.map(({ url }, index) => ({ url, path: `/attachments/${index}/url` })),
        { url: release.image?.url, path: "/image/url" },
      ];
      return fields
        .filter(({ url }) => url !== undefined)
        .map(({ path }) => issueAt({ path, message: WARNING }));
    });
}

const WARNING =
  "is at another site, where it may be found before the embargo ends: put the file beside this one, and name it as `file`";
