import { describe, expect, it } from "vitest";
import { rendered } from "./rendered.ts";

describe("what readers cannot get", () => {
  it.each([
    ["iframe", '<iframe src="https://v.example/x"></iframe>', "https://v.example/x"],
    ["video", '<video src="https://v.example/a.mp4">No video.</video>', "https://v.example/a.mp4"],
    ["audio", '<audio controls><source src="https://v.example/a.mp3"></audio>', "https://v.example/a.mp3"],
    ["object", '<object data="https://v.example/a.pdf">x</object>', "https://v.example/a.pdf"],
    ["embed", '<embed src="https://v.example/a.swf">', "https://v.example/a.swf"],
    ["form", '<form action="https://v.example/f"><input name="q"></form>', "https://v.example/f"],
  ])("leaves a link to its address, and a remark with its line: %s", (name, element, address) => {
    for (const markdown of [`First.\n\n${element}\n\nLast.`, `First.\n\nIn a ${element} line.`]) {
      const { html, text, remarks } = rendered(markdown);
      expect(html).toContain(`<a href="${address}">`);
      expect(text).toContain(address);
      expect(html).not.toMatch(/<(?:iframe|video|audio|object|embed|form|input)\b/);
      expect(remarks).toEqual([expect.stringMatching(new RegExp(`^3: <${name}> is taken out`))]);
    }
  });

  it("has a link in the language of the text", () => {
    expect(rendered('<video src="/a.mp4"></video>', "fr").html).toContain(
      '<a href="https://press.example/a.mp4">Vidéo\u00a0: /a.mp4</a>',
    );
  });

  it.each([
    ["<script>alert(1)</script>", "<script> is taken out, with “alert(1)”"],
    ["<svg><text>Chart</text></svg>", "<svg> is taken out, with “Chart”"],
    ["<template><p>Later</p></template>", "<template> is taken out, with “Later”"],
    ["![The logo](data:image/png;base64,iVBORw0KGgo=)", "an image that no reader can load"],
    ["[x](whatsapp:1)", "the link to whatsapp:1 is taken out; its words stay"],
    ["[x](javascript:alert(1))", "the link to javascript:alert(1) is taken out; its words stay"],
    ['<iframe src="javascript:alert(1)"></iframe>', "<iframe> is taken out"],
    ['<input type="text">', "<input> is taken out"],
  ])("is always named: %s", (markdown, message) => {
    expect(rendered(`One.\n\n${markdown}`).remarks).toEqual([expect.stringContaining(`3: ${message}`)]);
  });

  it("leaves the words: of an image without an address, a link, a form", () => {
    expect(rendered("![The logo](data:image/png;base64,iVBORw0KGgo=)").text).toBe("The logo");
    expect(rendered("[Call us](whatsapp:1)").html).toBe("<p>Call us</p>");
    expect(rendered("<form>Name <select><option>A<option>B</select> <button>Send</button></form>").text).toBe(
      "Name\nA\nB\nSend",
    );
  });

  it("is nothing in an ordinary text", () => {
    expect(
      rendered("## A\n\n- [x] done\n\n[a](tel:+374) <b>b</b> ![c](/c.png)[^1]\n\n[^1]: d").remarks,
    ).toEqual([]);
  });
});

describe("links for telephones, places and messages", () => {
  it.each([
    "tel:+37460620000",
    "sms:+37460620000",
    "geo:40.18,44.51",
    "xmpp:press@mfa.example",
    "mailto:a@b.am",
  ])("keep their address: %s", (address) => {
    expect(rendered(`[call](${address})`).html).toBe(`<p><a href="${address}">call</a></p>`);
  });

  it("keep it in raw HTML, too, however it is written", () => {
    expect(rendered('<a href=" TEL:+374">call</a>').html).toBe('<p><a href="tel:+374">call</a></p>');
  });
});
