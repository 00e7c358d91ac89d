/**
 * Reads the size of an image from its bytes, so that pages keep room for it before it is loaded.
 */
import { SVG } from "./types.ts";

/** In CSS pixels. */
export interface ImageSize {
  width: number;
  height: number;
}

/** @param content what the bytes are, as `detectContent` says */
export function imageSize(bytes: Uint8Array, content: string): ImageSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const size = READERS[content]?.(view, bytes);
    return size !== undefined && isPlausible(size) ? size : undefined;
  } catch (error) {
    // The file ends before its size.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const READERS: Readonly<Record<string, (view: DataView, bytes: Uint8Array) => ImageSize | undefined>> = {
  "image/png": (view) => ({ width: view.getUint32(16), height: view.getUint32(20) }),
  "image/gif": (view) => ({ width: view.getUint16(6, true), height: view.getUint16(8, true) }),
  "image/jpeg": readJpeg,
  "image/webp": readWebp,
  "image/avif": readAvif,
  [SVG]: (_view, bytes) => readSvg(new TextDecoder().decode(bytes.subarray(0, SVG_HEAD_BYTES))),
};

/** Bytes in which the first tag of an SVG ends. */
const SVG_HEAD_BYTES = 65_536;

function isPlausible({ width, height }: ImageSize): boolean {
  return [width, height].every((each) => Number.isInteger(each) && each > 0 && each < 1_000_000);
}

/** Walks the segments up to the frame, which has the size. A photo that lies on its side is turned by browsers. */
function readJpeg(view: DataView): ImageSize | undefined {
  let isTurned = false;
  for (let at = 2; ;) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1; // a byte that only fills
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) {
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      return isTurned ? { width: height, height: width } : { width, height };
    }
    if (marker === 0xe1) isTurned = isTurned || orientationOf(view, at + 4) > 4;
    at += 2 + view.getUint16(at + 2);
  }
}

/** The orientation in Exif: 5 to 8 exchange width and height; 0 if the segment has none. */
function orientationOf(view: DataView, start: number): number {
  if (view.getUint32(start) !== 0x45786966) return 0; // "Exif"
  const tiff = start + 6;
  const isLittle = view.getUint16(tiff) === 0x4949;
  const directory = tiff + view.getUint32(tiff + 4, isLittle);
  const entries = view.getUint16(directory, isLittle);
  for (let index = 0; index < entries; index += 1) {
    const entry = directory + 2 + index * 12;
    if (view.getUint16(entry, isLittle) === 0x0112) return view.getUint16(entry + 8, isLittle);
  }
  return 0;
}

/** The three forms of WebP: lossy, lossless, extended. */
function readWebp(view: DataView): ImageSize | undefined {
  switch (view.getUint32(12)) {
    case 0x56503820: // "VP8 "
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    case 0x5650384c: {
      // "VP8L"
      const bits = view.getUint32(21, true);
      return { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 };
    }
    case 0x56503858: // "VP8X"
      return { width: 1 + uint24(view, 24), height: 1 + uint24(view, 27) };
    default:
      return undefined;
  }
}

/** Each image in the file has its size in a box `ispe`; the shown one is the largest. */
function readAvif(view: DataView, bytes: Uint8Array): ImageSize | undefined {
  let largest: ImageSize | undefined;
  for (let at = 4; at + 16 <= Math.min(bytes.byteLength, AVIF_HEAD_BYTES); at += 1) {
    if (view.getUint32(at) !== 0x69737065) continue; // "ispe"
    const size = { width: view.getUint32(at + 8), height: view.getUint32(at + 12) };
    if (size.width * size.height > (largest?.width ?? 0) * (largest?.height ?? 0)) largest = size;
  }
  return largest;
}

/** Bytes of an AVIF in which its sizes are looked for: the boxes before the pixels are some hundred. */
const AVIF_HEAD_BYTES = 8_192;

function uint24(view: DataView, at: number): number {
  return view.getUint16(at, true) + view.getUint8(at + 2) * 65_536;
}

/** The size that an SVG gives itself, else that of its `viewBox`: only their ratio matters to a page. */
function readSvg(text: string): ImageSize | undefined {
  const tag = /<svg\b(?:[^>"']|"[^"]*"|'[^']*')*>/i.exec(text)?.[0] ?? "";
  const attribute = (name: string) => new RegExp(`\\s${name}\\s*=\\s*["']([^"']*)["']`).exec(tag)?.[1];
  const [width, height] = [pixels(attribute("width")), pixels(attribute("height"))];
  if (width !== undefined && height !== undefined) return { width, height };
  const [, , boxWidth, boxHeight] = (attribute("viewBox") ?? "")
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  if (boxWidth === undefined || boxHeight === undefined) return undefined;
  return { width: Math.round(boxWidth), height: Math.round(boxHeight) };
}

function pixels(given: string | undefined): number | undefined {
  const number = /^\s*(\d+(?:\.\d+)?)(?:px)?\s*$/.exec(given ?? "")?.[1];
  return number === undefined ? undefined : Math.round(Number(number));
}
