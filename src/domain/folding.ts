/**
 * Spellings of one word become one. Searches, `communique tag` and slugs all fold by these rules, so that they
 * agree on what a word is.
 */

/**
 * What is inside words and is not a letter of them:
 * - characters that nobody sees: soft hyphens, zero-width spaces and joiners, direction marks;
 * - the Armenian marks of stress, exclamation, question and abbreviation, which stand inside the word;
 * - the Arabic and N'Ko strokes that only make a word longer;
 * - the signs for glottal stops and soft consonants of transliterations.
 */
const IN_WORDS =
  /[\p{Default_Ignorable_Code_Point}\p{Cf}\u0559\u055B\u055C\u055E\u055F\u0640\u07FA\u02B9\u02BA\u02BD-\u02BF]/gv;
/** Apostrophes that Unicode calls letters: people type other apostrophes in their place. */
const LETTER_APOSTROPHES = /[\u02BB\u02BC\u02EE\uA78C]/gu;

/** Letters beside the letters that they become. NFKD takes none of them apart. */
const LETTERS = new Map(
  [
    // Latin, with a stroke, a hook or a shape of their own
    "ae:æ oe:œ a:ⱥəɐɑ b:ƀɓƃ c:ȼƈ d:đðɖɗƌ e:ɇǝɛ f:ƒ g:ǥɠɣ h:ħⱨ i:ıɨɩ j:ɉȷ k:ƙⱪꝁĸ l:łƚɫɬⱡ n:ŋɲƞ o:øɔɵ p:ƥᵽ",
    "q:ɋ r:ɍʀ s:ȿ ss:ß t:ŧƭʈƫⱦ th:þ u:ʉ v:ʋ y:ɏƴ z:ƶȥɀʒⱬȝ",
    // Greek; Arabic letters of which keyboards and languages have one or the other
    "σ:ς ي:ىی ك:ک ه:ةہە",
  ]
    .join(" ")
    .split(" ")
    .flatMap((group) => {
      const [to = "", from = ""] = group.split(":");
      return Array.from(from, (letter): [string, string] => [letter, to]);
    }),
);
const MAPPED_LETTER = new RegExp(`[${[...LETTERS.keys()].join("")}]`, "gu");

/**
 * Marks above, below and in letters that people leave out. The marks of other scripts, as of India, are vowels. So
 * is a kana's voice mark (U+3099, U+309A): without it, it is another letter. The nuktas at the end are left out too.
 */
const DIACRITICS =
  /[[\p{M}&&[\p{sc=Zinh}\p{sc=Zyyy}\p{sc=Latn}\p{sc=Grek}\p{sc=Copt}\p{sc=Cyrl}\p{sc=Glag}\p{sc=Arab}\p{sc=Hebr}\p{sc=Syrc}\p{sc=Ethi}\p{sc=Nkoo}\p{sc=Adlm}]]--[\u3099\u309A]]|[\u093C\u09BC\u0A3C\u0ABC\u0B3C\u0C3C\u0CBC]/gv;

/** Digits of all scripts but ASCII's. */
const DIGITS = /[\p{Nd}--[0-9]]/gv;

/**
 * A text whose words have only letters, the marks of these, and ASCII digits. Everything else is as it was, so the
 * text can be shown.
 */
export function plainWords(text: string): string {
  return text
    .replace(IN_WORDS, "")
    .replace(LETTER_APOSTROPHES, "'")
    .replace(DIGITS, (digit) => valueOf(digit));
}

/** Letters that no other rule takes apart: `œ` becomes `oe`, `ł` becomes `l`. @param text in lower case */
export function plainLetters(text: string): string {
  return text.replace(MAPPED_LETTER, (letter) => LETTERS.get(letter) ?? letter);
}

/**
 * A text in lower case, without diacritics, ligatures and what {@link plainWords} removes. Spellings of one letter
 * become one: `և` and `եվ` (its usual capitals) become `եւ`, `ß` becomes `ss`, and a final sigma a sigma.
 */
export function fold(text: string): string {
  // ASCII letters stay as they are beside all others: most texts are mostly ASCII, and this is much faster.
  return text.toLowerCase().replace(/[^\0-\x7F]+/g, foldOthers);
}

function foldOthers(text: string): string {
  const lower = withoutDiacritics(withoutDiacritics(text).toLowerCase());
  // Hangul is put together again, as are kana and their voice marks.
  return plainLetters(lower).replaceAll("եվ", "եւ").normalize("NFC");
}

function withoutDiacritics(text: string): string {
  return plainWords(text.normalize("NFKD")).replace(DIACRITICS, "");
}

/** The digits of a script follow one another, and so do those of some scripts: sets of ten, each from 0. */
function valueOf(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let zero = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
  return String((code - zero) % 10);
}
