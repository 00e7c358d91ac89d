/**
 * Sentences by the rules of a language. ICU ends a sentence at each full stop before a capital letter; this puts
 * together what an abbreviation or a number has torn apart.
 */
import { abbreviationsOf, hasOrdinalStops } from "./abbreviations.ts";

/** @returns the sentences, which together are the text */
export function sentencesOf(text: string, lang: string): string[] {
  const sentences: string[] = [];
  let open = "";
  for (const { segment } of new Intl.Segmenter(lang, { granularity: "sentence" }).segment(text)) {
    if (open !== "" && isEnd(open, segment, lang)) {
      sentences.push(open);
      open = "";
    }
    open += segment;
  }
  if (open !== "") sentences.push(open);
  return sentences;
}

/** Whether `before` is a whole sentence, given what follows. */
function isEnd(before: string, after: string, lang: string): boolean {
  const ending = before.trimEnd();
  if (/[։。！？।؟۔።!?]["'”’»)\]]*$/u.test(ending)) return !isInBrackets(ending) || !/[)）]/.test(after);
  // A small letter continues the sentence: `e.g. this`, `в г. ереван`.
  if (/^["'“«„(]*\p{Ll}/u.test(after)) return false;
  if (isInBrackets(ending) && /[)）]/.test(after)) return false;
  const word = /([\p{L}\p{M}\p{N}.’'-]+)\.["'”’»)\]]*$/u.exec(ending)?.[1];
  if (word === undefined) return true;
  // `M. Dupont`, `в г. Ереван`, `The U.S. Department`.
  if (/^(?:\p{L}\p{M}*[.-])*\p{L}\p{M}*$/u.test(word)) return false;
  // A number or letter of a paragraph: `1. The text`, `IV. The text`.
  if (/^[\s("]*[\p{N}\p{L}]{1,4}[.)]+$/u.test(ending)) return false;
  if (hasOrdinalStops(lang) && /^(?:\d{1,2}|[IVX]+)$/.test(word)) return false;
  const { always, beforeNumbers } = abbreviationsOf(lang);
  return !always.has(word) && !(beforeNumbers.has(word) && /^["'“«„(]*[\p{Lu}]?[\p{Nd}IVX]/u.test(after));
}

/** Whether the last bracket that opens does not close. */
function isInBrackets(text: string): boolean {
  return (
    Math.max(text.lastIndexOf("("), text.lastIndexOf("（")) >
    Math.max(text.lastIndexOf(")"), text.lastIndexOf("）"))
  );
}
