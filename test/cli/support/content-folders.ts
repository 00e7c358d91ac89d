/**
 * Content folders for tests.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { temporaryFolder } from "./run-cli.ts";

/** The content of an office, with one release. Tests never judge `content/`, which belongs to the office. */
export const OFFICE_CONTENT = resolve(import.meta.dirname, "../../fixtures/content");
/** Its registry: each value has names in en, hy, ru and fr. */
export const OFFICE_REGISTRY = join(OFFICE_CONTENT, "registry.yaml");

let count = 0;

/** A content file with its own id, title and slug. */
export function contentFile(fields = "", body = "It was held."): string {
  count += 1;
  return `---\nid: ${crypto.randomUUID()}\nlang: en\nslug: session-${count}\ntype: statement\ntitle: Session ${count}\ndate: 2020-12-01\n${fields}---\n\n${body}\n`;
}

/** A content file without an id and a slug, as a person writes it. */
export function newContentFile(fields = ""): string {
  return contentFile(fields).replace(/^(?:id|slug): .*\n/gm, "");
}

/** A folder that is deleted after the test. */
export async function folderWith(files: Record<string, string | Uint8Array>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

/** The id in a content file; "" if there is none. */
export function idIn(content: string | undefined): string {
  return /^id: (\S+)/m.exec(content ?? "")?.[1] ?? "";
}

/** A registry whose values have only an English name. */
export function registryOf(values: Record<string, readonly string[]>): string {
  return Object.entries(values)
    .map(([facet, slugs]) => {
      const lines = slugs.map((slug) => `  - { slug: ${slug}, names: { en: The ${slug} } }\n`);
      return `${facet}:${lines.length === 0 ? " []" : ""}\n${lines.join("")}`;
    })
    .join("");
}
