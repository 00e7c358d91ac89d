/**
 * What the platform's Intl knows of a language. workerd (1.20261102.1) knows no Armenian and no Georgian, and
 * months of Azerbaijani only as `M12`.
 */

/** Whether Intl writes days in a language. Of an unknown one it gives English. */
export function knowsDates(lang: string): boolean {
  if (Intl.DateTimeFormat.supportedLocalesOf(lang).length === 0) return false;
  return !/M\d\d/.test(new Intl.DateTimeFormat(lang, { dateStyle: "long" }).format(0));
}

/** Whether Intl knows a language's name for itself. */
export function knowsName(lang: string): boolean {
  return Intl.DisplayNames.supportedLocalesOf(lang).length > 0;
}
