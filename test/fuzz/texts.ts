/**
 * Texts that programs trip over.
 */
import type { Random } from "../chaos/random.ts";

const ODD = [
  "",
  " ",
  "\0",
  "\u0007\u001b]0;x\u0007",
  "\ud800",
  "\udfff\ud800",
  "\ufeff",
  "\uffff",
  "\u202eabc\u2066",
  "..",
  "../../../etc/passwd",
  "..%2f..%2f",
  "%",
  "%00",
  "%zz",
  "//evil.invalid",
  "\\\\evil.invalid",
  "<script>alert(1)</script>",
  "]]></title><item>",
  "'; DROP TABLE releases; --",
  '" OR "" NOT (',
  "__proto__",
  "constructor",
  "toString",
  "null",
  "undefined",
  "NaN",
  "Infinity",
  "true",
  "0",
  "-0",
  "-1",
  "1.5",
  "1e309",
  "2147483648",
  "9007199254740993",
  "99999999999999999999",
  "0x10",
  "١٢٣",
  "İstanbul",
  "ß",
  "ﷺ",
  "Հայ և ռուս",
  "日本",
  "👩‍👩‍👧‍👦",
  "e\u0301".repeat(40),
  "2026-02-30",
  "0000-00-00",
  "9999-12-31T23:59:59-12:00",
  "-271821-04-20T00:00:00Z",
  "2020-12-01T10:00:00+99:99",
  "http://127.0.0.1:1/",
  "https://user:password@desk.invalid/",
  "https://[::1]/",
  "https://0x7f.1/",
  "https://desk.invalid:444/",
  "https://localhost../",
  "javascript:alert(1)",
  "data:text/html,x",
] as const;

/** Lengths around limits, and far beyond. */
const LENGTHS = [100, 200, 201, 500, 501, 1_000, 1_001, 2_048, 2_049, 5_001, 20_000] as const;
const LETTERS = ["a", "-", "é", "ﷺ", "\u0301", " a", "*", "[", "\n> "] as const;

export function oddText(random: Random): string {
  return random.chance(0.15) ? random.pick(LETTERS).repeat(random.pick(LENGTHS)) : random.pick(ODD);
}

/** The text with one small change. */
export function changedText(text: string, random: Random): string {
  const at = random.integer(0, text.length);
  const kinds = [
    () => text.slice(0, at),
    () => text.slice(at),
    () => text.slice(0, at) + oddText(random) + text.slice(at),
    () => text.slice(0, at) + text.slice(at + 1),
    () => text.toUpperCase(),
    () => text + text,
    () => ` ${text} `,
  ];
  return random.pick(kinds)();
}

export function randomUuid(random: Random): string {
  const hex = Array.from({ length: 32 }, () => random.integer(0, 15).toString(16)).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
