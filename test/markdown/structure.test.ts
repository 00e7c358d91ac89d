import { describe, expect, it } from "vitest";
import { rendered } from "./rendered.ts";

describe("captions", () => {
  it("stay captions, in HTML and in plain text", () => {
    const { html, text } = rendered(
      '<figure><img src="/a.jpg" alt="Handshake"><figcaption>Photo: Office</figcaption></figure>\n<table><caption>Budget</caption><tbody><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></tbody></table>\n<table><tr><td>e</td></tr></table>',
    );
    expect(html).toContain("<figcaption>Photo: Office</figcaption></figure>");
    expect(html).toContain("<table><caption>Budget</caption><tbody>");
    expect(text).toBe("Photo: Office\n\nBudget\na\tb\nc\td\n\ne");
  });

  it("never glues cells without a table", () => {
    expect(rendered("<td>x</td><td>y</td>").text).toBe("x y");
  });
});

describe("a picture in several formats", () => {
  it("has absolute addresses and keeps its types", () => {
    expect(
      rendered(
        '<picture><source srcset="/a.webp 1x, b,c.webp 2x" type="image/webp" media="(min-width: 1px)"><img src="/a.jpg" srcset="/a.jpg 1x" alt="A"></picture>',
      ).html,
    ).toContain(
      '<source srcset="https://press.example/a.webp 1x, https://press.example/en/releases/b,c.webp 2x" type="image/webp" media="(min-width: 1px)"><img src="https://press.example/a.jpg" srcset="https://press.example/a.jpg 1x" alt="A">',
    );
  });
});

describe("a formula", () => {
  it("is there once, without its source", () => {
    const { html, text } = rendered(
      '<math><semantics><mrow><mi>x</mi><mo>=</mo><mn>2</mn></mrow><annotation encoding="application/x-tex">x=2</annotation></semantics></math>',
    );
    expect(html).toBe("<p>x=2</p>");
    expect(text).toBe("x=2");
  });
});

describe("numbers and letters of lists", () => {
  it.each([
    ["3. c\n4. d", '<ol start="3">', "3. c\n4. d"],
    ['<ol style="list-style-type: upper-alpha"><li>a<li>b</ol>', '<ol type="A">', "A. a\nB. b"],
    ['<ol style="margin:0;list-style:inside lower-roman"><li>a<li>b</ol>', '<ol type="i">', "i. a\nii. b"],
    ['<ol type="a" start="27"><li>a<li>b</ol>', '<ol type="a" start="27">', "aa. a\nab. b"],
    ["<ol reversed><li>a<li>b</ol>", "<ol reversed>", "2. a\n1. b"],
    ['<ol><li value="7">a<li>b</ol>', '<li value="7">', "7. a\n8. b"],
    ["1. a\n   - x\n   - y\n2. b", "<ol>", "1. a\nx\ny\n2. b"],
    ["1. a\n1. b", "<ol>", "1. a\n2. b"],
    ["2021. gada 5. maijā\n\n1. December 2020", '<li value="1">', "2021. gada 5. maijā\n\n1. December 2020"],
  ])("stay, in HTML and in plain text: %s", (markdown, html, text) => {
    const given = rendered(markdown);
    expect(given.html).toContain(html);
    expect(given.text).toBe(text);
  });
});

describe("headings", () => {
  it("leave the first level to the title of the page", () => {
    expect(rendered("# A\n\n## B\n\n###### C").html).toBe(
      '<h2 id="a">A</h2>\n<h3 id="b">B</h3>\n<h6 id="c">C</h6>',
    );
    expect(rendered("## A").html).toBe('<h2 id="a">A</h2>');
    expect(rendered("<h1>A</h1>").html).toBe('<h2 id="a">A</h2>');
  });

  it("have ids of their text in any script, each once", () => {
    expect(
      rendered("## Annex I: Names\n\n## Annex I: Names\n\n## Մաս 1։ Ցանկ\n\n## 附件").html.match(
        /id="[^"]*"/g,
      ),
    ).toEqual(['id="annex-i-names"', 'id="annex-i-names-2"', 'id="մաս-1-ցանկ"', 'id="附件"']);
  });

  it("are where links lead, from the text and from other releases", () => {
    const page = "https://press.example/en/releases";
    const hrefs = (markdown: string) =>
      [...rendered(markdown).html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href);
    expect(hrefs("[a](#section-one) [b](#Section-One) [c](#անուն)\n\n## Section one\n\n## Անուն")).toEqual([
      `${page}/here#section-one`,
      `${page}/here#section-one`,
      `${page}/here#${encodeURIComponent("անուն")}`,
    ]);
    expect(hrefs(`[x](/en/releases/other#annex) [y](${page}/other#annex)`)).toEqual([
      `${page}/other#annex`,
      `${page}/other#annex`,
    ]);
    expect(rendered('<h2 id="annex">Annex</h2>').html).toBe('<h2 id="annex">Annex</h2>');
  });

  it("never take an id of the page itself, and links know", () => {
    const { html } = rendered(
      "## Main\n\n[a](#main) [b](/en/releases/other#main) [c](https://press.example/r#main)",
    );
    expect(html).toContain('<h2 id="user-content-main">');
    expect(html.match(/#user-content-main"/g)).toHaveLength(3);
    expect(rendered("[d](https://elsewhere.example/#main)").html).toContain("elsewhere.example/#main");
  });
});

describe("footnotes", () => {
  it.each([
    ["en", "Footnotes", "Back to reference 1"],
    ["fr", "Notes", "Retour à l’appel de note 1"],
    ["ru", "Сноски", "Вернуться к ссылке 1"],
    ["hy", "Ծանոթագրություններ", "Վերադառնալ հղմանը 1"],
  ])(
    "have labels in the language of the text, %s, and no heading for screen readers alone",
    (lang, label, back) => {
      const { html, text } = rendered("Claim[^1].\n\n[^1]: The source.", lang);
      expect(html).toContain(`aria-label="${label}"`);
      expect(html).toContain(`aria-label="${back}"`);
      expect(html).not.toMatch(/sr-only|<h2|aria-describedby/);
      expect(text).toBe("Claim[1].\n\n1. The source.");
    },
  );
});

describe("a bare address", () => {
  it.each(Array.from("։。؟،؛۔।॥！？：»”“„、』｡"))("ends before %s", (mark) => {
    const { html } = rendered(`Site: https://mfa.example/hy${mark} Next, (www.mfa.example/hy${mark})`);
    expect(html).toBe(
      `<p>Site: <a href="https://mfa.example/hy">https://mfa.example/hy</a>${mark} Next, (<a href="http://www.mfa.example/hy">www.mfa.example/hy</a>${mark})</p>`,
    );
  });

  it("leaves what follows a full stop without a space to Markdown", () => {
    expect(rendered("見https://x.example/a。**重要**").html).toBe(
      '<p>見<a href="https://x.example/a">https://x.example/a</a>。<strong>重要</strong></p>',
    );
  });

  it.each([
    "https://hy.wikipedia.org/wiki/Երևան",
    "https://ja.wikipedia.org/wiki/東京（曖昧さ回避）",
    "https://fr.wikipedia.org/wiki/L’Équipe",
    "https://x.example/a_(b)",
    "https://x.example/?q=a&b=%20/",
  ])("keeps what belongs to it: %s", (address) => {
    expect(rendered(`See ${address} here`).html).toContain(`>${address.replace("&", "&#x26;")}</a> here`);
  });
});

describe("references to characters of Windows-1252", () => {
  it("are the characters meant, but not in code", () => {
    expect(rendered("It&#146;s &#x93;so&#x94; `&#146;` \\&#146;").text).toBe("It’s “so” &#146; &#146;");
  });
});
