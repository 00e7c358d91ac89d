/**
 * Latin letters by the rules of a language, where they differ from those of `slugify`. All texts are in lower case.
 */

/** `[pattern, replacement]`, applied in order. */
type Rules = readonly (readonly [RegExp, string])[];

/** Letters that German alone writes with an e: ö is o in Turkish. */
const WITHOUT_E: Rules = [
  [/ä/gu, "a"],
  [/ö/gu, "o"],
  [/ü/gu, "u"],
];

/** Law of 2009; ə is written e where diacritics are left out. */
const AZERBAIJANI: Rules = [...WITHOUT_E, [/ə/gu, "e"], [/ı/gu, "i"]];

/** Resolution 55 of the Cabinet of Ministers, 2010. */
const UKRAINIAN: Rules = [
  [/(?<=\p{L})['’](?=\p{L})/gu, ""],
  [/зг/gu, "zgh"],
  [/(?<!\p{L})є/gu, "ye"],
  [/(?<!\p{L})ї/gu, "yi"],
  [/(?<!\p{L})й/gu, "y"],
  [/(?<!\p{L})ю/gu, "yu"],
  [/(?<!\p{L})я/gu, "ya"],
  ...pairs("є ie ї i й i ю iu я ia г h ґ g и y і i х kh ц ts ч ch ш sh щ shch ь _"),
];

const DANISH: Rules = pairs("ø oe å aa");

/** National system of 2002, without its apostrophes. */
const GEORGIAN: Rules = [[/ქ/gu, "k"]];

/** ELOT 743. The accents have gone; a diaeresis says that two vowels are apart. */
const GREEK: Rules = [
  [/ου/gu, "ou"],
  [/([αεη])υ(?=[θκξπσςτφχψ]|(?!\p{L}))/gu, "$1f"],
  [/([αεη])υ/gu, "$1v"],
  [/γγ/gu, "ng"],
  [/γξ/gu, "nx"],
  [/γχ/gu, "nch"],
  [/(?<!\p{L})μπ|μπ(?!\p{L})/gu, "b"],
  ...pairs("ξ x ψ ps χ ch θ th φ f η i υ y ϋ y ϊ i ω o"),
];

const RULES: Readonly<Record<string, Rules>> = {
  tr: [...WITHOUT_E, [/ı/gu, "i"]],
  az: AZERBAIJANI,
  uk: UKRAINIAN,
  ka: GEORGIAN,
  el: GREEK,
  ...Object.fromEntries(["da", "nb", "nn", "no"].map((tag) => [tag, DANISH])),
  ...Object.fromEntries(
    "ca cs es et fi fr gl hu is it nl pl pt ro sk sl sv tk".split(" ").map((tag) => [tag, WITHOUT_E]),
  ),
};

/** What `&` is called, in Latin letters. */
const AND: Readonly<Record<string, string>> = Object.fromEntries(
  "en:and hy:yev ru:i fr:et de:und es:y pt:e it:e nl:en pl:i uk:i ka:da tr:ve az:ve el:kai ro:si ar:wa fa:va"
    .split(" ")
    .map((pair) => pair.split(":")),
) as Record<string, string>;

/** A text without `&`: a word in languages whose word we know, else a space. */
export function spellAnd(text: string, lang: string | undefined): string {
  const language = lang === undefined ? "en" : new Intl.Locale(lang).language;
  return text.replaceAll("&", ` ${AND[language] ?? ""} `);
}

/** @param text in lower case @param lang BCP 47; undefined: no language's rules */
export function romanise(text: string, lang: string | undefined): string {
  const language = lang === undefined ? "" : new Intl.Locale(lang).language;
  const rules = RULES[language] ?? [];
  // Of a letter with an accent the rules know the letter, with a diaeresis the whole.
  const plain =
    language === "el"
      ? text
          .normalize("NFD")
          .replaceAll(/[\u0300\u0301\u0342]/g, "")
          .normalize("NFC")
      : text;
  return rules.reduce((latin, [pattern, replacement]) => latin.replaceAll(pattern, replacement), plain);
}

/** `"х kh ь _"`: letters, each with what it becomes; `_` is nothing. */
function pairs(list: string): [RegExp, string][] {
  return list.split(" ").flatMap((letter, index, all): [RegExp, string][] => {
    const becomes = all[index + 1] ?? "";
    return index % 2 === 0 ? [[new RegExp(letter, "gu"), becomes === "_" ? "" : becomes]] : [];
  });
}
