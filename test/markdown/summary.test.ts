import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cutAtWord } from "../../src/markdown/summary.ts";
import { rendered } from "./rendered.ts";

const LONG = "who spoke at length about the situation in the region and about the next steps of both sides";
const graphemes = (text: string) => [...new Intl.Segmenter("en").segment(text)].length;

describe("the summary of a text", () => {
  it("never comes from a footnote, even where the text itself has no prose", () => {
    const note = `The source said on Monday in the capital that both sides had met, ${LONG}.`;
    expect(rendered(`- Agenda[^1]\n\n[^1]: ${note}`).summary).toBe("Agenda");
  });

  it("has the alternative text of a picture inside a sentence, and nothing of a picture alone", () => {
    const sentence = `The delegation gave the minister the report and ![the map of the region](map.png), ${LONG}.`;
    expect(rendered(`![A hall](hall.png)\n\n${sentence}`).summary).toBe(
      `The delegation gave the minister the report and the map of the region, ${LONG}.`,
    );
    expect(rendered(`See [![the chart](a.png)](https://a.example/), ${LONG}.`).summary).toBe(
      `See the chart, ${LONG}.`,
    );
  });

  it("is the first sentence, or two if the first is short", () => {
    expect(rendered(`They met. Then they spoke with the minister, ${LONG}. Then they left.`).summary).toBe(
      `They met. Then they spoke with the minister, ${LONG}.`,
    );
    const first = `The minister received the delegation of the committee, ${LONG}.`;
    expect(rendered(`${first} They left.`).summary).toBe(first);
  });

  it.each([
    [
      "en",
      `The Minister received today in the main building the visiting delegation headed by Mr. Smith, ${LONG}.`,
      " They talked.",
    ],
    ["en", `The U.S. Department of State and the ministry signed it, ${LONG}.`, " They left."],
    [
      "en",
      `Resolution No. 242 (Amendment No. 3 of 5 Jan. 2020) was adopted by all, e.g. by us, ${LONG}.`,
      " They left.",
    ],
    ["en", `The talks with Gen. Brown (NRIC No. S123 of Singapore) went on, ${LONG}.`, " They left."],
    [
      "ru",
      "Министр прибыл в г. Ереван с рабочим визитом и встретился там с проф. А. И. Петровым и другими гражданами республики сегодня утром.",
      " Они говорили.",
    ],
    [
      "fr",
      "Le ministre a reçu aujourd’hui le chef d’État M. Dupont et Mme Martin, qui ont longuement parlé de la situation dans la région entière.",
      " Ils sont partis.",
    ],
    [
      "de",
      "Der Minister traf am 24. Oktober in Berlin mit Dr. Müller und Prof. Schmidt zusammen, um über die Lage in der gesamten Region zu sprechen.",
      " Sie gingen.",
    ],
    [
      "hy",
      "Նախարարն այսօր ընդունեց պրոֆ. Ա. Պետրոսյանին և Մ. Սարգսյանին, որոնց հետ քննարկեց տարածաշրջանային իրավիճակը և հետագա քայլերը։",
      " Հետո նրանք գնացին։",
    ],
    [
      "es",
      "El ministro recibió hoy al Sr. Pérez y a la Dra. López, con quienes habló largamente sobre la situación en la región y los próximos pasos.",
      " Se fueron.",
    ],
  ])("does not end at an abbreviation or a number (%s)", (lang, sentence, next) => {
    expect(rendered(sentence + next, lang).summary).toBe(sentence);
  });

  it("still ends at the end of a sentence", () => {
    const sentence = `The talks ended in 2020.`;
    expect(rendered(`${sentence} X${"x".repeat(290)}.`).summary).toBe(sentence);
    expect(rendered(`${"x".repeat(130)} said no. Then they left.`).summary).toBe(
      `${"x".repeat(130)} said no.`,
    );
  });

  it.each([
    ["a heading", "## Remarks by the minister"],
    ["a heading in bold", "**Remarks by the minister**"],
    ["a salutation", "Dear colleagues, ladies and gentlemen,"],
    ["a salutation with a mark", "Excellencies!"],
    ["a list", "- one\n- two"],
    ["a table", "| a | b |\n|---|---|\n| c | d |"],
    ["a caption", '<figure><img src="/a.jpg"><figcaption>Photo: Office.</figcaption></figure>'],
    ["code", "```\ncode\n```"],
    ["a video", '<video src="https://v.example/a.mp4">Your browser does not support video.</video>'],
    ["a dateline", "Yerevan, 1 December 2020"],
  ])("does not run %s into the text", (_name, before) => {
    expect(rendered(`${before}\n\nThe ministers met.\n\n- one\n\nThey left.`).summary).toBe(
      "The ministers met.",
    );
  });

  it("has no marks and texts of footnotes", () => {
    expect(rendered("A claim[^1]. More.\n\n[^1]: The source.").summary).toBe("A claim. More.");
  });

  it("takes what there is, if there is no prose", () => {
    expect(rendered("## Heading\n\n- one\n- two").summary).toBe("one");
    expect(rendered("## Only a heading").summary).toBe("Only a heading");
    expect(
      rendered("1. Mr Speaker, I beg to move that the Bill be read a second time. It is short.").summary,
    ).toBe("Mr Speaker, I beg to move that the Bill be read a second time. It is short.");
    expect(rendered("![](/a.png)").summary).toBe("");
  });

  it.each([
    ["zh", `外交部 ${"發言人就有關問題答記者問".repeat(40)}`],
    ["ja", `令和 ${"外務大臣は本日記者会見を行い".repeat(40)}`],
    ["th", `กระทรวง ${"การต่างประเทศแถลงข่าว".repeat(40)}`],
    ["en", `Notice https://very-long.example/${"path/".repeat(100)}`],
    ["en", "word ".repeat(1_000)],
  ])("is cut near 300 graphemes, also without spaces (%s)", (lang, text) => {
    const { summary } = rendered(text, lang);
    expect(summary.endsWith("…")).toBe(true);
    expect(graphemes(summary)).toBeGreaterThan(200);
    expect(graphemes(summary)).toBeLessThanOrEqual(301);
  });

  it("is never longer than its limit and never splits a grapheme, for any text", () => {
    expect(cutAtWord("one two three", 9, "en")).toBe("one two…");
    expect(cutAtWord("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧", 2, "en")).toBe("👩‍👩‍👧👩‍👩‍👧…");
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 20 }), (text, count) => {
        const whole = [...new Intl.Segmenter("en").segment(text)].map(({ segment }) => segment);
        const cut = cutAtWord(text, count, "en");
        if (whole.length <= count) expect(cut).toBe(text);
        else expect(text.startsWith(cut.slice(0, -1))).toBe(true);
        expect(graphemes(cut)).toBeLessThanOrEqual(count + 1);
      }),
    );
  });
});
