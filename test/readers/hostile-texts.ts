/**
 * Texts that have broken feeds, here or elsewhere.
 */

/** Published text and expected text, which lacks only what XML forbids and extra white space. */
export const HOSTILE_TEXTS: [name: string, published: string, read: string][] = [
  ["plain", "The session was held", "The session was held"],
  ["two ends of CDATA", "One ]]> two ]]> three", "One ]]> two ]]> three"],
  ["a backspace", "Back\u0008space", "Backspace"],
  ["markup as text", "The <script>alert(1)</script> tag", "The <script>alert(1)</script> tag"],
  ["ampersands", "Q&A, R&amp;D, &#x26;", "Q&A, R&amp;D, &#x26;"],
  ["quotation marks", `"Hayastan" 'says' «so» „so“`, `"Hayastan" 'says' «so» „so“`],
  [
    "Armenian",
    "ՀԱՊԿ արտաքին գործերի նախարարների խորհրդի նիստը",
    "ՀԱՊԿ արտաքին գործերի նախարարների խորհրդի նիստը",
  ],
  ["Russian", "Заседание СМИД ОДКБ", "Заседание СМИД ОДКБ"],
  ["Arabic", "بيان وزارة الخارجية", "بيان وزارة الخارجية"],
  ["emoji", "Peace 🕊️ 👩‍👩‍👧 🇦🇲", "Peace 🕊️ 👩‍👩‍👧 🇦🇲"],
  ["a lone surrogate", "Half \ud83d done", "Half \ufffd done"],
  ["a non-character", "Not \uffff one", "Not one"],
  ["much white space", "  Wide \t and \r\n long  ", "Wide and long"],
];

/** Escapes a text, so that Markdown shows it literally. */
export function asMarkdown(text: string): string {
  return text.trim().replace(/[\\`*_{}[\]()#+\-.!<>&|~"']/g, "\\$&");
}

/** All texts on one line. */
export const ALL_HOSTILE = HOSTILE_TEXTS.map(([, published]) => published).join(" · ");
