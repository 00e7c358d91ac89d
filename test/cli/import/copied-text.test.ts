import { expect, test } from "vitest";
import { linesOf, readCopiedText } from "../../../src/cli/import/copied-text.ts";

const TEXT = "The minister met his colleague in the capital, and they agreed on a number of further steps.";

function read(text: string, lang = "en") {
  const found = readCopiedText(linesOf(text), lang);
  if (found === undefined) throw new Error("no title");
  return { ...found, said: found.remarks.map(({ line, message }) => `${line} ${message}`).join("\n") };
}

test("a title over two lines is one title, and that is said", () => {
  const { title, paragraphs, date, said } = read(
    `Statement by the ministry on the\nevents of yesterday\n\n1 December 2020\n\n${TEXT}\n\n${TEXT}`,
  );
  expect(title.text).toBe("Statement by the ministry on the events of yesterday");
  expect([paragraphs, date?.date]).toEqual([[TEXT, TEXT], "2020-12-01"]);
  expect(said).toContain("1 lines 1 to 2 are taken for the title: correct it if it ends earlier");
});

test("a first paragraph right below the title stays one, and the doubt is said", () => {
  const { title, paragraphs, said } = read(`A short title\n${TEXT}\n\n${TEXT}`);
  expect([title.text, paragraphs]).toEqual(["A short title", [TEXT, TEXT]]);
  expect(said).toContain(
    "1 only line 1 is taken for the title: add the next line if the title continues there",
  );
});

test.each([
  ["FOR IMMEDIATE RELEASE", "en"],
  ["Press release No. 12/2020", "en"],
  ["ПРЕСС-РЕЛИЗ", "ru"],
  ["Մամուլի հաղորդագրություն", "hy"],
  ["Communiqué de presse", "fr"],
])("the label %s is not the title", (label, lang) => {
  const { title, labels, paragraphs, said } = read(`${label}\n\nThe session was held\n\n${TEXT}`, lang);
  expect([title.text, labels, paragraphs]).toEqual(["The session was held", [label], [TEXT]]);
  expect(said).toContain(`1 “${label}” is a label, not the title: left out`);
});

test("an embargo above the title is said, and a text with only a label has a doubtful title", () => {
  const under = read(`EMBARGOED UNTIL 10:00\nFor immediate release\n\nThe session was held\n\n${TEXT}`);
  expect(under.title.text).toBe("The session was held");
  expect(under.said).toContain("1 “EMBARGOED UNTIL 10:00” is left out: add `embargo` to the new file");

  const bare = read(`Statement\n\n${TEXT}\n\n${TEXT}`);
  expect([bare.title.text, bare.paragraphs]).toEqual(["Statement", [TEXT, TEXT]]);
  expect(bare.said).toContain("1 “Statement” is taken for the title, but says only what the text is");
  expect(read(`${TEXT}\n\n${TEXT}`).said).toContain("looks like a sentence of the text: check it");
});

test("a date after a place is read", () => {
  const { date, paragraphs } = read(`Una reunión\n\nMadrid, 1 de diciembre de 2020\n\n${TEXT}`, "es");
  expect([date?.date, paragraphs]).toEqual(["2020-12-01", [TEXT]]);
});
