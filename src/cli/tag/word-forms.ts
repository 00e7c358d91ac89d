/**
 * The forms in which a registry's word may stand in a text. Russian and Armenian names take endings;
 * only real ones are tried, so that Армения is found in Армении, and not in армянин or in Армен.
 *
 * All words here are folded as {@link searchWords} folds them: no capitals, й is и, ё is е.
 */

/** A name's last letters, and what may stand in their place. */
type Endings = readonly [last: RegExp, instead: readonly string[]];

const words = (text: string): string[] => text.split(" ");

const ADJECTIVE = words(
  "ыи ии ои ого его ому ему ым им ом ем ая яя еи ую юю ое ее ые ие ых их ыми ими ою ею",
);

const RUSSIAN: readonly Endings[] = [
  [/(?:ыи|ии|ои|ая|яя|ое|ее|ые|ие)$/u, ADJECTIVE],
  [/а$/u, words("а ы и е у ои ою еи ам ами ах")],
  [/я$/u, words("я и е ю еи ею ям ями ях")],
  [/о$/u, words("о а у ом е ам ами ах")],
  [/е$/u, words("е я ю ем и ям ями ях")],
  [/ь$/u, words("ь я ю ем е и ью еи ям ями ях")],
  [/ы$/u, words("ы ов ам ами ах")],
  [/и$/u, words("и я ю ем е ев еи ов ам ям ами ями ах ях")],
  [/(?<=[бвгджзклмнпрстфхцчшщ])$/u, words("а у ом ем е ы и ов ев еи ам ами ах ым")],
];

const CASES = ["", "ը", "ն", "ի", "ին", "ից", "ով", "ում"];
const PLURALS = ["ներ", "եր"].flatMap((plural) => CASES.map((ending) => plural + ending));

const ARMENIAN: readonly Endings[] = [
  [/(?<=թյ)ուն$/u, words("ան անը անն ամբ")],
  [/ու$/u, words("ուն վի վին վում վից վով")],
  [/(?<=[աեէոօ])$/u, words("ն յի յին յում յից յով")],
  [/(?<=[իը])$/u, ["ն"]],
  [/(?<=[^աեէըիոօւ])$/u, [...CASES, ...PLURALS]],
];

/** Letters of a name that no ending may touch: with fewer, other words begin like it. */
const STEM_LETTERS_MIN = 4;
/** The same where the ending that the name has itself tells more: Բաքու, which is Բաքվի. */
const STEM_LETTERS_MIN_BEFORE_TWO = 3;
/** The same where other words must stand beside it: Ара Айвазян, which is Ары Айвазяна. */
const STEM_LETTERS_MIN_IN_PHRASE = 2;

/** Where a word stands in the name that it is of. */
export interface Place {
  /** The name has other words too, which must stand beside it. */
  inPhrase: boolean;
  /** Only the last word of an Armenian name takes endings. */
  last: boolean;
}

/** The word itself and, for Russian and Armenian ones, its forms. */
export function formsOf(word: string, { inPhrase, last }: Place): Set<string> {
  const forms = new Set([word]);
  for (const [ending, instead] of endingsOf(word, last)) {
    if (!ending.test(word)) continue;
    const stem = word.replace(ending, "");
    const single = word.length - stem.length > 1 ? STEM_LETTERS_MIN_BEFORE_TWO : STEM_LETTERS_MIN;
    if (stem.length < (inPhrase ? STEM_LETTERS_MIN_IN_PHRASE : single)) continue;
    for (const other of instead) forms.add(stem + other);
  }
  return forms;
}

function endingsOf(word: string, last: boolean): readonly Endings[] {
  if (/^\p{Script=Cyrillic}+$/u.test(word)) return RUSSIAN;
  return last && /^\p{Script=Armenian}+$/u.test(word) ? ARMENIAN : [];
}
