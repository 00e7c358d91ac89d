/**
 * Recognises lines above a title that say what kind of text follows.
 */

/** Complete lines, compared without case, numbers and punctuation around them. */
const LABELS = new Set(
  `
    for immediate release | press release | news release | media release | press statement
    media statement | official statement | public statement | statement | press communiqué
    press communique | communiqué | communique | media note | press note | media advisory
    press briefing | speech | remarks | interview
    մամուլի հաղորդագրություն | մամլո հաղորդագրություն | հաղորդագրություն | հայտարարություն | ելույթ
    հարցազրույց
    пресс-релиз | сообщение для печати | сообщение для сми | заявление | выступление | интервью
    для немедленной публикации
    communiqué de presse | communique de presse | déclaration | discours | pour diffusion immédiate
    entretien | pressemitteilung | presseerklärung | comunicado de prensa | nota de prensa
    comunicato stampa
  `
    .split(/[|\n]/)
    .map((label) => label.trim())
    .filter((label) => label !== ""),
);
const EMBARGO =
  /^(?:under |strictly )?embargo(?:ed)?\b|^эмбарго|^под эмбарго|^էմբարգո|^sous embargo|^sperrfrist/iu;

/** `FOR IMMEDIATE RELEASE`, `Press release No. 12/2020`. */
export function isLabel(line: string): boolean {
  const words = line
    .toLowerCase()
    .replace(/\b(?:no|nr|n°|№)?[.\s]*\d[\d/.-]*$/u, "")
    .replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "")
    .replace(/\s+/g, " ");
  return LABELS.has(words);
}

/** `EMBARGOED UNTIL 10:00` */
export function isEmbargoLine(line: string): boolean {
  return EMBARGO.test(line);
}
