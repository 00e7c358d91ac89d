/**
 * A file that the service holds: an image or an attachment. The SHA-256 of its bytes names it, and each use of it
 * gives it a file name.
 */
import * as z from "zod/mini";
import { FILE_NAME_BYTES_MAX } from "./limits.ts";

export interface FileReference {
  /** 64 lower-case hexadecimal digits. */
  sha256: string;
  /** In Unicode's composed form (NFC). */
  name: string;
}

/** What the ledger knows of a file whose bytes KV holds. */
export interface StoredFile {
  sha256: string;
  bytes: number;
  /** The media type that the bytes have, whatever the name of a use says. */
  content: string;
  /** Pixels of an image. */
  width: number | null;
  height: number | null;
}

export const FILE_HASH = /^[0-9a-f]{64}$/;
/** What begins the path of every file. */
export const FILES_PREFIX = "/files/";

/** Characters that no name has: separators of paths, controls, and what shows one name as another. */
const FORBIDDEN_IN_NAME = /[/\\\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u;

/** Whether a text is the name of a file, in composed form. A name with a dot in front would be hidden. */
export function isFileName(name: string): boolean {
  return (
    name !== "" &&
    !name.startsWith(".") &&
    name.trim() === name &&
    name.normalize("NFC") === name &&
    !FORBIDDEN_IN_NAME.test(name) &&
    new TextEncoder().encode(name).byteLength <= FILE_NAME_BYTES_MAX
  );
}

/** Parses `SHA256/NAME`. */
export function parseFileReference(text: string): FileReference | undefined {
  const sha256 = text.slice(0, 64);
  const name = text.slice(65).normalize("NFC");
  return FILE_HASH.test(sha256) && text[64] === "/" && isFileName(name) ? { sha256, name } : undefined;
}

export function formatFileReference({ sha256, name }: FileReference): string {
  return `${sha256}/${name}`;
}

/** The path of a file's URL, percent-encoded, so that Markdown and HTML can hold it as it is. */
export function filePath({ sha256, name }: FileReference): string {
  const encoded = encodeURIComponent(name).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${FILES_PREFIX}${sha256}/${encoded}`;
}

/** Parses the path of a file's URL, in any spelling of its percent-escapes; undefined where no file can be. */
export function parseFilePath(pathname: string): FileReference | undefined {
  if (!pathname.startsWith(FILES_PREFIX)) return undefined;
  try {
    return parseFileReference(decodeURIComponent(pathname.slice(FILES_PREFIX.length)));
  } catch {
    return undefined;
  }
}

/** `SHA256/NAME`, as a release names a file that the service holds. */
export const fileReference = z.pipe(
  z.pipe(
    z.string(),
    z.transform((text) => text.normalize("NFC")),
  ),
  z
    .string()
    .check(
      z.refine(
        (text) => parseFileReference(text) !== undefined,
        `must be SHA256/NAME: the hash in 64 lower-case hexadecimal digits, and a file name without slashes and ` +
          `control characters, of at most ${FILE_NAME_BYTES_MAX} bytes`,
      ),
    ),
);
