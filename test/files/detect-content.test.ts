import { describe, expect, it } from "vitest";
import { detectContent } from "../../src/files/detect-content.ts";
import { FILE_ENDINGS, typeOfFile } from "../../src/files/types.ts";
import { pdf, png, textFile } from "../support/files.ts";

const bytes = (...parts: (string | number[])[]) =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === "string" ? [...Buffer.from(part, "latin1")] : part)),
  );
const entry = (name: string, content = "") =>
  bytes(
    "PK\x03\x04",
    Array.from({ length: 26 }, () => 0),
    name,
    content,
    "PK\x05\x06",
    name,
  );

describe("the content of a file", () => {
  it.each([
    ["a.pdf", pdf("a"), "application/pdf"],
    ["junk.pdf", bytes("\x00\xffjunk\n%PDF-1.4"), "application/pdf"],
    ["a.png", png(1, 1), "image/png"],
    ["a.jpg", bytes("\xff\xd8\xff\xe0"), "image/jpeg"],
    ["a.jpeg", bytes("\xff\xd8\xff\xe1"), "image/jpeg"],
    ["a.gif", bytes("GIF89a"), "image/gif"],
    ["a.webp", bytes("RIFF\x10\x00\x00\x00WEBPVP8 "), "image/webp"],
    ["a.wav", bytes("RIFF\x10\x00\x00\x00WAVEfmt "), "audio/wav"],
    ["a.avif", bytes("\x00\x00\x00\x1cftypavif"), "image/avif"],
    ["a.mp4", bytes("\x00\x00\x00\x1cftypisom"), "video/mp4"],
    ["a.m4a", bytes("\x00\x00\x00\x1cftypM4A "), "audio/mp4"],
    ["b.m4a", bytes("\x00\x00\x00\x1cftypmp42"), "audio/mp4"],
    ["a.mov", bytes("\x00\x00\x00\x14ftypqt  "), "video/quicktime"],
    ["a.webm", bytes([0x1a, 0x45, 0xdf, 0xa3]), "video/webm"],
    ["a.ogg", bytes("OggS\x00"), "audio/ogg"],
    ["a.mp3", bytes("ID3\x03"), "audio/mpeg"],
    ["b.mp3", bytes("\xff\xfb\x90"), "audio/mpeg"],
    ["a.doc", bytes([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]), "application/msword"],
    ["a.rtf", bytes("{\\rtf1"), "application/rtf"],
    ["a.zip", entry("a.txt"), "application/zip"],
    ["a.docx", entry("[Content_Types].xml", "word/document.xml"), expect.stringMatching(/wordprocessingml/)],
    ["a.xlsx", entry("[Content_Types].xml", "xl/workbook.xml"), expect.stringMatching(/spreadsheetml/)],
    ["a.pptx", entry("[Content_Types].xml", "ppt/slides"), expect.stringMatching(/presentationml/)],
    ["a.odt", entry("mimetypeapplication/vnd.oasis.opendocument.text"), expect.stringMatching(/\.text$/)],
    ["a.epub", entry("mimetypeapplication/epub+zip"), "application/epub+zip"],
    [
      "a.svg",
      textFile('\ufeff<?xml version="1.0"?>\n<!-- a --><!DOCTYPE svg PUBLIC "x">\n<svg>'),
      "image/svg+xml",
    ],
    ["a.txt", textFile("Հայաստան, Ծիածան 🌈"), "text/plain"],
    ["a.csv", textFile("a;b\r\n1;2"), "text/csv"],
    ["a.HTML", textFile("<!doctype html>"), "text/html"],
    ["a.json", textFile("{}"), "application/json"],
  ] as const)("and its name give the type: %s", (name, content, type) => {
    expect(typeOfFile(detectContent(content) ?? "", name)).toEqual(type);
  });

  it.each([
    ["text in Windows-1252", bytes("caf\xe9")],
    ["UTF-16", bytes("\xff\xfea\x00b\x00")],
    ["nothing", bytes()],
    ["a program", bytes("MZ\x90\x00\x03")],
  ])("is unknown: %s", (_what, content) => {
    expect(detectContent(content)).toBeUndefined();
  });

  it("never has the ending of another one", () => {
    for (const [name, content] of [
      ["page.html", png(1, 1)],
      ["photo.png", textFile("<!doctype html>")],
      ["photo.png", textFile("<svg>")],
      ["report.pdf", bytes("MZ\x90\x00")],
      ["report.docx", entry("a.txt")],
      ["report.pdf", textFile("A note on %PDF-1.4")],
      ["constructor", textFile("x")],
      ["a.constructor", textFile("x")],
    ] as const) {
      expect([name, typeOfFile(detectContent(content) ?? "", name)]).toEqual([name, undefined]);
    }
    expect(FILE_ENDINGS).not.toContain("exe");
  });
});
