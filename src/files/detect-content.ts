/* oxlint-disable no-control-regex -- control characters are among the bytes that tell types apart */
/**
 * Finds out what the bytes of a file are, whatever its name says.
 */
import { DOCX, MP4, OGG, OLE, PPTX, SVG, TEXT, XLSX, ZIP } from "./types.ts";

/** By the bytes with which files begin, as Latin-1 characters. */
const BEGINNINGS: readonly [beginning: RegExp, content: string][] = [
  [/^%PDF-/, "application/pdf"],
  [/^\x89PNG\r\n\x1a\n/, "image/png"],
  [/^\xff\xd8\xff/, "image/jpeg"],
  [/^GIF8[79]a/, "image/gif"],
  [/^RIFF[^]{4}WEBP/, "image/webp"],
  [/^RIFF[^]{4}WAVE/, "audio/wav"],
  [/^[^]{4}ftypavi[fs]/, "image/avif"],
  [/^[^]{4}ftyp(?:hei|mif|msf)/, "image/heic"],
  [/^[^]{4}ftypqt {2}/, "video/quicktime"],
  [/^[^]{4}ftypM4[AB] /, "audio/mp4"],
  [/^[^]{4}ftyp/, MP4],
  [/^\x1a\x45\xdf\xa3/, "video/webm"],
  [/^OggS/, OGG],
  [/^ID3|^\xff[\xf2\xf3\xfa\xfb]/, "audio/mpeg"],
  [/^\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1/, OLE],
  [/^\{\\rtf/, "application/rtf"],
  [/^PK(?:\x03\x04|\x05\x06)/, ZIP],
];
/** OpenDocument and EPUB begin with an entry that holds their type, without compression. */
const DECLARED = /^PK\x03\x04[^]{26}mimetype(application\/[\w.+-]+?)(?:PK|$)/;
/** The names of entries stand uncompressed in the directory at the end of a ZIP. */
const OPEN_XML_PARTS: readonly [part: string, content: string][] = [
  ["word/", DOCX],
  ["xl/", XLSX],
  ["ppt/", PPTX],
];
/** Bytes of a ZIP's end that are searched for the names of its entries. */
const DIRECTORY_BYTES = 262_144;
/** Bytes at the beginning of a PDF in which readers look for its mark. */
const PDF_MARK_BYTES = 1_024;
/** Declarations, comments and white space before the first element of an SVG. */
const SVG_BEGINNING = /^\ufeff?(?:\s|<\?[^>]*>|<!--[^]*?-->|<!DOCTYPE[^>[]*(?:\[[^\]]*\])?[^>]*>)*<svg[\s>]/i;
/** Characters of a text in which its first element is looked for. */
const SVG_CHARS = 65_536;

/** What the bytes are, as a media type; undefined if the service does not know. */
export function detectContent(bytes: Uint8Array): string | undefined {
  const beginning = latin1(bytes.subarray(0, 64));
  const content = BEGINNINGS.find(([pattern]) => pattern.test(beginning))?.[1];
  if (content === ZIP) return contentOfZip(bytes);
  if (content !== undefined) return content;
  const text = decodeText(bytes);
  if (text !== undefined) return SVG_BEGINNING.test(text.slice(0, SVG_CHARS)) ? SVG : TEXT;
  return latin1(bytes.subarray(0, PDF_MARK_BYTES)).includes("%PDF-") ? "application/pdf" : undefined;
}

function contentOfZip(bytes: Uint8Array): string {
  const declared = DECLARED.exec(latin1(bytes.subarray(0, 256)))?.[1];
  if (declared !== undefined) return declared;
  const directory = latin1(bytes.subarray(Math.max(0, bytes.byteLength - DIRECTORY_BYTES)));
  if (!directory.includes("[Content_Types].xml")) return ZIP;
  return OPEN_XML_PARTS.find(([part]) => directory.includes(part))?.[1] ?? ZIP;
}

/** The bytes as UTF-8 text; undefined if they are none, or hold controls that no text has. */
export function decodeText(bytes: Uint8Array): string | undefined {
  if (bytes.byteLength === 0) return undefined;
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return /[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let start = 0; start < bytes.byteLength; start += 32_768) {
    text += String.fromCharCode(...bytes.subarray(start, start + 32_768));
  }
  return text;
}
