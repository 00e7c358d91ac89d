/**
 * The number or letter of each item of a numbered list, as HTML counts.
 */
import type { Element } from "hast";
import { attribute } from "./elements.ts";

/** The marker of each `li` among the children of an `ol`: `1.`, `b.`, `IV.` */
export function listMarkers(list: Element): Map<Element, string> {
  const items = list.children.filter(
    (child): child is Element => child.type === "element" && child.tagName === "li",
  );
  const { start, reversed } = list.properties;
  const isReversed = reversed === true || reversed === "";
  let number = integerOf(start) ?? (isReversed ? items.length : 1);
  const markers = new Map<Element, string>();
  for (const item of items) {
    number = integerOf(item.properties["value"]) ?? number;
    markers.set(item, `${numeral(number, attribute(item, "type") || attribute(list, "type"))}.`);
    number += isReversed ? -1 : 1;
  }
  return markers;
}

function integerOf(value: unknown): number | undefined {
  const number = Number.parseInt(String(value), 10);
  return Number.isSafeInteger(number) ? number : undefined;
}

function numeral(number: number, type: string): string {
  switch (type) {
    case "a":
      return letters(number);
    case "A":
      return letters(number).toUpperCase();
    case "i":
      return roman(number).toLowerCase();
    case "I":
      return roman(number);
    default:
      return String(number);
  }
}

/** 1 → a, 26 → z, 27 → aa. HTML writes digits where there is no letter. */
function letters(number: number): string {
  if (number < 1) return String(number);
  let text = "";
  for (let rest = number; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    text = String.fromCharCode(97 + ((rest - 1) % 26)) + text;
  }
  return text;
}

const ROMAN = [
  [1000, "M"],
  [900, "CM"],
  [500, "D"],
  [400, "CD"],
  [100, "C"],
  [90, "XC"],
  [50, "L"],
  [40, "XL"],
  [10, "X"],
  [9, "IX"],
  [5, "V"],
  [4, "IV"],
  [1, "I"],
] as const;

/** Roman numerals end at 3999. */
function roman(number: number): string {
  if (number < 1 || number > 3999) return String(number);
  let rest = number;
  let text = "";
  for (const [value, sign] of ROMAN) {
    while (rest >= value) {
      text += sign;
      rest -= value;
    }
  }
  return text;
}
