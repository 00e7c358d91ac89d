/**
 * What the platform's Intl knows of a language. workerd (1.20261102.1) knows no Armenian and no Georgian, and
 * months of Azerbaijani only as `M12`.
 */
import { TAGS_REMEMBERED_MAX } from "../domain/limits.ts";
import { memoized } from "../domain/memoized.ts";

/** Whether Intl writes days in a language. Of an unknown one it gives English. */
export const knowsDates = memoized((lang) => {
  if (Intl.DateTimeFormat.supportedLocalesOf(lang).length === 0) return false;
  return !/M\d\d/.test(new Intl.DateTimeFormat(lang, { dateStyle: "long" }).format(0));
}, TAGS_REMEMBERED_MAX);

/** Whether Intl knows a language's name for itself. */
export function knowsName(lang: string): boolean {
  return Intl.DisplayNames.supportedLocalesOf(lang).length > 0;
}
