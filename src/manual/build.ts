/**
 * Writes the manual into `.wrangler/manual`: `node --js-base-64 src/manual/build.ts`. The build command of wrangler.toml
 * runs it before each build, so the files are never older than their sources.
 */
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { openApiDocument } from "./openapi.ts";
import { addressOf, pageHtml } from "./pages/frame.ts";
import { manualPages } from "./pages/pages.ts";
import { searchIndex } from "./pages/search-index.ts";

const ROOT = join(import.meta.dirname, "../..");
const FOLDER = join(ROOT, ".wrangler/manual");

const read = (file: string) => readFileSync(join(ROOT, file), "utf8");
const { version } = JSON.parse(read("package.json")) as { version: string };
const pages = manualPages(read);
const files = new Map([
  ["openapi.json", `${JSON.stringify(openApiDocument(version))}\n`],
  ["docs/search.json", JSON.stringify(searchIndex(pages))],
  // The Worker makes /feeds, /subscribe and /subscriptions/ID. Their scripts and words are served like the manual.
  ["copy.js", read("src/manual/files/copy.js")],
  ...filesIn("src/manual/files/subscription", "subscription"),
  ...filesIn("src/i18n/subscription-page", "subscription/words"),
  ...["manual.css", "search.js"].map((name) => [`docs/${name}`, read(`src/manual/files/${name}`)] as const),
  ...pages.map((page) => [fileOf(addressOf(page)), pageHtml(page, pages)] as const),
]);

for (const [name, text] of files) await writeChanged(join(FOLDER, name), text);
for (const entry of await readdir(FOLDER, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  const isOld = entry.isFile() && !entry.name.endsWith(".new") && !files.has(relative(FOLDER, path));
  if (isOld) await rm(path, { force: true });
}

/** The files of a folder of the project, under their names in the manual. */
function filesIn(folder: string, target: string): [name: string, text: string][] {
  return readdirSync(join(ROOT, folder)).map((name) => [`${target}/${name}`, read(`${folder}/${name}`)]);
}

/** At once, and only if it changes: another build, or a service, may be reading the file. */
async function writeChanged(path: string, text: string): Promise<void> {
  const present = await readFile(path, "utf8").catch(() => undefined);
  if (present === text) return;
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}.new`;
  await writeFile(temporary, text);
  await rename(temporary, path);
}

/** As the Worker looks for it: see http/documents/manual.ts. */
function fileOf(address: string): string {
  return `${address.slice(1)}.html`;
}
