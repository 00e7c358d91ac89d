/**
 * The language of a text, and how sure that is.
 */
export interface DetectedLanguage {
  /** BCP 47. */
  lang: string;
  sure: boolean;
}

/** Letters below which any guess is one. */
const LETTERS_MIN = 60;
/** Characters looked at: more of them change nothing. */
const CHARS_MAX = 20_000;

/** @returns undefined if there is nothing to go by */
export async function detectLanguage(text: string): Promise<DetectedLanguage | undefined> {
  // Its tables take half a second to load, which no other command should wait for.
  const { eld } = await import("eld/small");
  const result = eld.detect(text.slice(0, CHARS_MAX));
  if (result.language === "") return undefined;
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return { lang: result.language, sure: result.isReliable() && letters >= LETTERS_MIN };
}
