/**
 * The files of a content folder that releases name: images, attachments, and what their texts link.
 */
import { createHash } from "node:crypto";
import { readFile, realpath, stat } from "node:fs/promises";
import { basename, dirname, relative, resolve, sep } from "node:path";
import { type FileReference, isFileName } from "../../domain/file.ts";
import { FILE_BYTES_MAX } from "../../domain/limits.ts";
import { detectContent } from "../../files/detect-content.ts";
import { typeOfFile, wrongName } from "../../files/types.ts";
import { onSystemError, systemReason } from "../cli-error.ts";
import { displayPath } from "../paths.ts";

/** A file to be uploaded. */
export interface LocalFile extends FileReference {
  /** Absolute path. */
  path: string;
  bytes: number;
}

/** What the bytes of a file are; or why it cannot be published. */
type Described = { sha256: string; content: string; bytes: number } | string;

export class LocalFiles {
  readonly #folder: string;
  readonly #described = new Map<string, Promise<Described>>();
  /** One file after the other: together they may exceed the memory. */
  #reading: Promise<unknown> = Promise.resolve();

  /** @param folder absolute path: no file outside of it is published */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * @param from absolute path of the content file
   * @param named path from there
   * @returns the file, or what is wrong with it
   */
  async find(from: string, named: string): Promise<LocalFile | string> {
    const path = resolve(dirname(from), named);
    if (/^[/\\]|^[a-z]:/i.test(named) || named.includes("\\")) {
      return `must be a path from this file, with slashes, such as photos/hall.jpg, not ${named}`;
    }
    if (!isWithin(this.#folder, path)) return outside(named);
    if (/\.md$/i.test(path)) {
      return `${named} is the text of a release, comments and all: link to its page instead, by its slug`;
    }
    if (
      relative(this.#folder, path)
        .split(sep)
        .some((part) => part.startsWith("."))
    ) {
      return `${named} is hidden, so it is not published: rename it`;
    }
    const name = basename(path).normalize("NFC");
    if (!isFileName(name)) return `${named} has a name that no URL can have: rename it`;
    return onSystemError(this.#read(path, named, name), (code) =>
      code === "ENOENT"
        ? `there is no ${displayPath(path)}; for an address on the web, write https:// in front`
        : `${displayPath(path)} cannot be read (${systemReason(code)})`,
    );
  }

  async #read(path: string, named: string, name: string): Promise<LocalFile | string> {
    const real = await realpath(path);
    if (!isWithin(await realpath(this.#folder), real)) return outside(named);
    const described = await this.#describe(real);
    if (typeof described === "string") return `${named} ${described}`;
    const { sha256, content, bytes } = described;
    if (typeOfFile(content, name) === undefined) return `${named} ${wrongName(content, name)}`;
    return { path, name, sha256, bytes };
  }

  #describe(path: string): Promise<Described> {
    const known = this.#described.get(path);
    if (known !== undefined) return known;
    const described = this.#reading.then(() => describe(path));
    this.#reading = described.catch(() => {});
    this.#described.set(path, described);
    return described;
  }
}

async function describe(path: string): Promise<Described> {
  const status = await stat(path);
  if (!status.isFile()) return "is a folder: name a file in it";
  if (status.size === 0) return "is empty";
  if (status.size > FILE_BYTES_MAX) {
    return `has ${status.size} bytes; the limit is ${FILE_BYTES_MAX} (25 MiB): make it smaller, or link to it elsewhere`;
  }
  const bytes = await readFile(path);
  const content = detectContent(bytes);
  if (content === undefined) return "is no type that the service knows; a text must be UTF-8";
  return { sha256: createHash("sha256").update(bytes).digest("hex"), content, bytes: bytes.byteLength };
}

function isWithin(folder: string, path: string): boolean {
  const inside = relative(folder, path);
  return inside !== "" && inside !== ".." && !inside.startsWith(`..${sep}`);
}

function outside(named: string): string {
  return `${named} is outside the content folder: copy it into the folder`;
}
