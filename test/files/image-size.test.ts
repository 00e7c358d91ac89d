import { describe, expect, it } from "vitest";
import { detectContent } from "../../src/files/detect-content.ts";
import { imageSize } from "../../src/files/image-size.ts";
import { png, textFile } from "../support/files.ts";

const bytes = (...parts: (string | number[])[]) =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === "string" ? [...Buffer.from(part, "latin1")] : part)),
  );

/** A JPEG's frame of 640 × 480 behind a table and a comment. */
const FRAME = "\xff\xc4\x00\x04ab\xff\xfe\x00\x05abc\xff\xff\xc2\x00\x11\x08\x01\xe0\x02\x80\x03";
/** Exif with an orientation, in either order of bytes. */
const exif = (orientation: number, isLittle: boolean) =>
  bytes(
    "\xff\xd8\xff\xe1\x00\x22Exif\0\0",
    isLittle ? "II*\0\x08\0\0\0\x01\0" : "MM\0*\0\0\0\x08\0\x01",
    isLittle ? "\x12\x01\x03\0\x01\0\0\0" : "\x01\x12\0\x03\0\0\0\x01",
    isLittle ? [orientation, 0, 0, 0] : [0, orientation, 0, 0],
    "\0\0\0\0",
    FRAME,
  );

describe("the size of an image", () => {
  it.each([
    ["PNG", png(640, 480), [640, 480]],
    ["GIF", bytes("GIF89a\x80\x02\xe0\x01"), [640, 480]],
    ["JPEG", bytes("\xff\xd8", FRAME), [640, 480]],
    ["JPEG, upright", exif(1, false), [640, 480]],
    ["JPEG, turned", exif(6, false), [480, 640]],
    ["JPEG, turned, little-endian", exif(8, true), [480, 640]],
    ["WebP, lossy", bytes("RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x80\x02\xe0\x01"), [640, 480]],
    ["WebP, lossless", bytes("RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x7f\xc2\x77\0"), [640, 480]],
    ["WebP, extended", bytes("RIFF\0\0\0\0WEBPVP8X\0\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0"), [640, 480]],
    [
      "AVIF",
      bytes("\0\0\0\x1cftypavif....ispe\0\0\0\0\0\0\0\x10\0\0\0\x10ispe\0\0\0\0\0\0\x02\x80\0\0\x01\xe0"),
      [640, 480],
    ],
    ["SVG with a box", textFile('<svg xmlns="x" viewBox="0 0 640 480.2">'), [640, 480]],
    ["SVG with commas", textFile("<svg viewBox='-1,-1, 640,480'/>"), [640, 480]],
    ["SVG with a size", textFile('<svg width="640px" height="480" viewBox="0 0 1 1">'), [640, 480]],
    ["SVG with a share", textFile('<svg width="100%" height="100%" viewBox="0 0 640 480">'), [640, 480]],
    [
      "SVG with other widths first",
      textFile('<svg stroke-width="3" data-width="9" viewBox="0 0 640 480">'),
      [640, 480],
    ],
  ])("is read: %s", (_what, file, [width, height]) => {
    expect(imageSize(file, detectContent(file) ?? "")).toEqual({ width, height });
  });

  it.each([
    ["a PNG of nothing", png(0, 480)],
    ["a PNG that ends", png(640, 480).subarray(0, 20)],
    ["a JPEG without a frame", bytes("\xff\xd8\xff\xe0\x00\x04ab")],
    ["a JPEG whose segment has no length", bytes("\xff\xd8\xff\xe0\x00\x00\x00\x00")],
    [
      "a JPEG whose Exif points beyond its end",
      bytes("\xff\xd8\xff\xe1\x00\x10Exif\0\0MM\0*\xff\xff\xff\xff"),
    ],
    ["an SVG without either", textFile("<svg>")],
    ["an SVG with nonsense", textFile('<svg viewBox="0 0 x y">')],
    ["a text", textFile("text")],
  ])("is unknown: %s", (_what, file) => {
    expect(imageSize(file, detectContent(file) ?? "")).toBeUndefined();
  });
});
