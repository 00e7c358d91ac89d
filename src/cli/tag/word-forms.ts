/**
 * The grammatical forms of a word. Russian and Armenian names are inflected; only existing endings are
 * generated, so that Армения is found in Армении, but not in армянин or Армен.
 *
 * All words here are folded as {@link searchWords} folds them: no capitals, й is и, ё is е.
 */

/** The last letters of a name, and the endings that replace them. */
type Endings = readonly [last: RegExp, replacements: readonly string[]];

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

/** Letters of the stem: many other words begin with a shorter one. */
const STEM_LETTERS_MIN = 4;
/** The same for a name whose own ending has two letters, such as Բաքու, Բաքվի. */
const STEM_LETTERS_MIN_BEFORE_TWO = 3;
/** The same for a word of a longer name, such as Ара Айвазян, Ары Айвазяна. */
const STEM_LETTERS_MIN_IN_PHRASE = 2;

/** The place of a word in its name. */
export interface Place {
  /** The name has more words. */
  inPhrase: boolean;
  /** The last word: in an Armenian name, only this word is inflected. */
  last: boolean;
}

/** The word itself and, for Russian and Armenian words, its other forms. */
export function formsOf(word: string, { inPhrase, last }: Place): Set<string> {
  const forms = new Set([word]);
  for (const [ending, replacements] of endingsOf(word, last)) {
    if (!ending.test(word)) continue;
    const stem = word.replace(ending, "");
    const single = word.length - stem.length > 1 ? STEM_LETTERS_MIN_BEFORE_TWO : STEM_LETTERS_MIN;
    if (stem.length < (inPhrase ? STEM_LETTERS_MIN_IN_PHRASE : single)) continue;
    for (const other of replacements) forms.add(stem + other);
  }
  return forms;
}

function endingsOf(word: string, last: boolean): readonly Endings[] {
  if (/^\p{Script=Cyrillic}+$/u.test(word)) return RUSSIAN;
  return last && /^\p{Script=Armenian}+$/u.test(word) ? ARMENIAN : [];
}
