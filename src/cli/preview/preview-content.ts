/**
 * What a preview shows of a content folder: drafts and texts under embargo too, and the last sound state of a file
 * that has faults now.
 */
import { basename } from "node:path";
import { defined } from "../../domain/defined.ts";
import { parseReleaseDate } from "../../domain/dates.ts";
import { activeEmbargo, releasePath } from "../../domain/release.ts";
import type { ContentFile } from "../content/content-file.ts";
import { type ContentFolder, readContentFolder } from "../content/content-folder.ts";
import type { FileIssue } from "../content/file-issue.ts";
import { soundPart } from "../content/sound-files.ts";

export interface PreviewContent {
  folder: ContentFolder;
  faults: FileIssue[];
  /** Why readers do not see a page yet, by its path. */
  marks: ReadonlyMap<string, string>;
}

export class PreviewReader {
  readonly #folder: string;
  /** The last sound state of each file. */
  readonly #sound = new Map<string, ContentFile>();
  /** The last sound state of what all releases share. */
  #common: Pick<ContentFolder, "registry" | "site"> = {};
  /** The ids of files that have none. */
  readonly #ids = new Map<string, string>();

  /** @param folder absolute path */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param nowMs milliseconds since 1970 */
  async read(nowMs: number): Promise<PreviewContent> {
    // A date ahead is no fault here: it is shown, with a mark.
    const folder = await soundPart(await readContentFolder(this.#folder, undefined, Infinity));
    const present = [...folder.files, ...folder.drafts].map((file) => this.#withKeptId(file));
    for (const file of present) this.#sound.set(file.file, file);
    const shown = new Set(present.map(({ file }) => file));
    const places = new Set(present.flatMap(placesOf));
    for (const { file } of folder.faulty) {
      const last = this.#sound.get(file);
      if (last === undefined || shown.has(file) || placesOf(last).some((place) => places.has(place)))
        continue;
      present.push(last);
      for (const place of placesOf(last)) places.add(place);
    }
    const marks = present.flatMap((file) => {
      const mark = markOf(file, nowMs);
      return mark === undefined ? [] : [[releasePath(file.release), mark] as const];
    });
    const last = this.#common;
    const isSiteFaulty = hasFault(folder, "site.yaml") || hasFault(folder, "phrases.yaml");
    this.#common = defined({
      registry: folder.registry ?? (hasFault(folder, "registry.yaml") ? last.registry : undefined),
      site: folder.site ?? (isSiteFaulty ? last.site : undefined),
    });
    return {
      folder: { ...folder, ...this.#common, files: present, drafts: [] },
      faults: folder.issues,
      marks: new Map(marks),
    };
  }

  #withKeptId(file: ContentFile): ContentFile {
    if (file.missing.id === undefined) return file;
    const id = this.#ids.get(file.file) ?? file.missing.id;
    this.#ids.set(file.file, id);
    return { ...file, release: { ...file.release, id } };
  }
}

function hasFault({ issues }: ContentFolder, name: string): boolean {
  return issues.some(({ file }) => basename(file) === name);
}

function placesOf({ release: { id, lang, slug, group } }: ContentFile): string[] {
  return [id, `${lang}/${slug}`, ...(group === undefined ? [] : [`${lang} ${group}`])];
}

function markOf(file: ContentFile, nowMs: number): string | undefined {
  const { release } = file;
  const isUnderEmbargo = activeEmbargo(release, Math.floor(nowMs / 1000)) !== null;
  const isAhead = !isUnderEmbargo && momentAhead(file, nowMs) !== undefined;
  const marks = [
    ...(file.isDraft ? ["draft"] : []),
    ...(isUnderEmbargo ? [`under embargo until ${release.embargo}`] : []),
    ...(isAhead ? [`dated ${release.date}, which needs an embargo`] : []),
  ];
  return marks.length === 0 ? undefined : marks.join(", ");
}

/** When readers will see a release that they cannot see yet, in milliseconds since 1970; undefined: now. */
export function momentAhead({ release }: ContentFile, nowMs: number): number | undefined {
  const embargo = activeEmbargo(release, Math.floor(nowMs / 1000));
  if (embargo !== null) return embargo * 1000;
  const date = parseReleaseDate(release.date);
  const ms = date?.precision === "day" ? Date.parse(date.day) : (date?.instant ?? 0) * 1000;
  return ms > nowMs ? ms : undefined;
}
