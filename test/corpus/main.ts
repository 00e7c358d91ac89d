/**
 * `npm run corpus`: publishes real texts of public archives on the built service, and counts what happens.
 * The folder that COMMUNIQUE_CORPUS names holds one folder for each archive, with Markdown files. `--every N` takes
 * every Nth text.
 * Exit codes: 0 all published, 1 a text was refused, 2 wrong usage.
 */
import { createHash, randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { tableOf } from "../../src/cli/table.ts";
import { BuiltWorker } from "../bench/built-worker.ts";

const BATCH = 20;
/** Front matter, with the blanks that some archives have behind its marks. */
const FRONT_MATTER = /^\uFEFF?---[ \t]*\n[\s\S]*?\n---[ \t]*\n/;
/** Attributes of kramdown, which no other Markdown knows. */
const KRAMDOWN = /\{:[^}\n]*\}/g;

interface Archive {
  texts: number;
  /** Files with front matter alone. */
  empty: number;
  published: number;
  warnings: number;
  refused: string[];
}

interface Answer {
  warnings?: unknown[];
}

interface Batch {
  data: Answer[];
}

interface Text {
  file: string;
  release: { body: string } & Record<string, string>;
}

const folder = process.env["COMMUNIQUE_CORPUS"];
const { every } = parseArgs({ options: { every: { type: "string", default: "1" } } }).values;
if (folder === undefined) {
  console.error("Set COMMUNIQUE_CORPUS to a folder of archives. Nothing was run.");
  process.exitCode = 2;
} else process.exitCode = await publishAll(folder);

async function publishAll(corpus: string): Promise<number> {
  const adminToken = randomBytes(32).toString("base64url");
  await using service = await BuiltWorker.start({
    ADMIN_TOKEN: adminToken,
    SECRETS_KEY: randomBytes(32).toString("base64"),
  });
  const send = (releases: readonly object[]) =>
    fetch(new URL("/api/v1/releases", service.url), {
      method: "POST",
      headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
      body: JSON.stringify({ releases }),
    });
  const archives = new Map<string, Archive>();
  const files = (await readdir(corpus, { recursive: true }))
    .filter((file) => file.endsWith(".md"))
    .sort()
    .filter((_, index) => index % Number(every) === 0);
  for (let first = 0; first < files.length; first += BATCH) {
    const texts = await Promise.all(
      files
        .slice(first, first + BATCH)
        .map(async (file): Promise<Text> => ({ file, release: await releaseOf(corpus, file) })),
    );
    for (const { file } of texts.filter(({ release }) => release.body === ""))
      archiveOf(archives, file).empty += 1;
    const whole = texts.filter(({ release }) => release.body !== "");
    // One by one after a refusal, so that one text does not stop the others.
    const results = await resultsOf(await send(whole.map(({ release }) => release)), () =>
      Promise.all(whole.map(async ({ release }) => resultOf(await send([release])))),
    );
    results.forEach(({ answer, fault }, index) => count(archives, whole[index]?.file ?? "", answer, fault));
    if (process.stderr.isTTY) process.stderr.write(`\r${first + texts.length}/${files.length} texts`);
  }
  if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
  const rows = [...archives].map(([archive, { refused, ...counts }]) => ({
    archive,
    ...counts,
    refused: refused.length,
  }));
  console.log(tableOf(rows));
  const refused = [...archives.values()].flatMap((archive) => archive.refused);
  for (const line of refused) console.log(line);
  return refused.length === 0 ? 0 : 1;
}

interface Result {
  answer?: Answer | undefined;
  /** Empty if the text was published. */
  fault: string;
}

async function resultsOf(response: Response, instead: () => Promise<Result[]>): Promise<Result[]> {
  if (!response.ok) return instead();
  const { data } = await response.json<Batch>();
  return data.map((answer) => ({ answer, fault: "" }));
}

async function resultOf(response: Response): Promise<Result> {
  if (!response.ok) return { fault: await response.text() };
  const { data } = await response.json<Batch>();
  return { answer: data[0], fault: "" };
}

function archiveOf(archives: Map<string, Archive>, file: string): Archive {
  const name = file.split("/")[0] ?? "";
  const archive = archives.get(name) ?? { texts: 0, empty: 0, published: 0, warnings: 0, refused: [] };
  archives.set(name, archive);
  return archive;
}

function count(
  archives: Map<string, Archive>,
  file: string,
  answer: Answer | undefined,
  fault: string,
): void {
  const archive = archiveOf(archives, file);
  archive.texts += 1;
  if (fault === "") archive.published += 1;
  else archive.refused.push(`${file}: ${fault}`);
  archive.warnings += answer?.warnings?.length ?? 0;
}

/** The text as a release; what the archives' front matter says beside it does not matter here. */
async function releaseOf(corpus: string, file: string): Promise<Text["release"]> {
  const raw = (await readFile(join(corpus, file), "utf8")).replace(/\r\n?/g, "\n");
  const body = raw.replace(FRONT_MATTER, "").replaceAll(KRAMDOWN, "").trim();
  const hash = createHash("sha256").update(file).digest("hex");
  const id = `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
  const lang = file.includes("/fr/") ? "fr" : "en";
  const title = /^title: *["']?(.+?)["']? *$/m.exec(raw)?.[1]?.slice(0, 300) ?? file;
  return {
    id,
    lang,
    slug: `text-${hash.slice(0, 16)}`,
    type: "press-release",
    title,
    date: "2020-12-01",
    body,
  };
}
