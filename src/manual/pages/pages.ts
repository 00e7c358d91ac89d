/**
 * All pages of the manual: sections of READMEs, and what is made from code.
 */
import type { ElementContent } from "hast";
import { h } from "hastscript";
import { PLACEHOLDER_URL } from "../../http/documents/manual.ts";
import { routedCalls } from "../openapi.ts";
import { PROBLEM_TEXTS } from "../problem-texts.ts";
import { DELIVERY_HEADERS, webhooks } from "../webhooks.ts";
import { chaptersOf, LINKED_PAGES, MAIN_SOURCE, slugOf, type Chapter } from "./chapters.ts";
import { addressOf, codeBlock, inline, type ManualPage, table } from "./frame.ts";
import { sectionsOf, toElements, type Section } from "./markdown.ts";
import { CODES, referencePages } from "./reference.ts";

const PART = "How to";

/** @param read gives the text of a file, by its path from the root of the repository */
export function manualPages(read: (file: string) => string): ManualPage[] {
  const main = sectionsOf(read(MAIN_SOURCE));
  const chapters = chaptersOf(main.slice(1).map(({ heading }) => heading));
  const contents = chapters.map((chapter) => ({ chapter, sections: sectionsIn(chapter, read) }));
  const targets = new Map<string, string>(Object.entries(LINKED_PAGES));
  for (const { chapter, sections } of contents) {
    for (const [file, hash, address] of addressesIn(chapter, sections))
      targets.set(`${file}#${hash}`, address);
  }
  const linkTo = (file: string, hash: string) => targets.get(`${file}#${hash}`) ?? targets.get(file);
  const ofReadmes = contents.map(({ chapter, sections }) => {
    const isSingle = sections.length === 1;
    const content = sections.flatMap(({ heading, nodes }) => [
      ...(isSingle ? [] : [h("h2", { id: slugOf(heading) }, heading)]),
      ...(toElements(nodes, chapter.source.file, linkTo) as ElementContent[]),
    ]);
    return { name: chapter.name, title: chapter.title, part: PART, content };
  });
  const pages = ofReadmes.map((page) =>
    page.name === "errors" ? { ...page, content: [...page.content, ...codeSections()] } : page,
  );
  const at = pages.findIndex(({ name }) => name === "webhooks");
  pages.splice(at + 1, 0, eventPage());
  return [...pages, ...referencePages(routedCalls())];
}

/** @throws RangeError if the file lacks a section */
function sectionsIn({ source }: Chapter, read: (file: string) => string): Section[] {
  const sections = sectionsOf(read(source.file));
  if (source.sections === undefined) return sections.slice(0);
  return source.sections.map((wanted) => {
    const found = sections.find(({ heading }) => heading === wanted);
    if (found === undefined) throw new RangeError(`${source.file} has no section ${wanted}`);
    return found;
  });
}

/** The addresses of the headings of a chapter, by file and hash. */
function addressesIn(chapter: Chapter, sections: readonly Section[]): [string, string, string][] {
  const { file } = chapter.source;
  const address = addressOf(chapter);
  return sections.flatMap(({ heading, nodes }): [string, string, string][] => [
    [file, slugOf(heading), sections.length === 1 ? address : `${address}#${slugOf(heading)}`],
    ...nodes.flatMap((node): [string, string, string][] => {
      const ids = JSON.stringify(node).matchAll(/<a id=\\"([\w-]+)\\">/g);
      const anchors = [...ids].map(([, id = ""]) => id);
      return anchors.map((id) => [file, id, `${address}#${id}`]);
    }),
  ]);
}

/** Where the `type` of a problem leads. */
function codeSections(): ElementContent[] {
  return [
    h("h2", { id: "codes" }, "Every code"),
    ...CODES.flatMap(([code, status]) => [
      h("h3", { id: code }, [h("code", code), ` ${status}`]),
      h("p", inline(PROBLEM_TEXTS[code])),
    ]),
  ];
}

function eventPage(): ManualPage {
  return {
    name: "events",
    title: "Every event",
    part: PART,
    content: [
      h("p", inline("`GET /api/v1/events/sample?type=TYPE` answers each of these.")),
      table(
        ["header of a delivery", "is"],
        DELIVERY_HEADERS.map(([name, description]) => [[h("code", name)], inline(description)]),
      ),
      ...webhooks(PLACEHOLDER_URL).flatMap(({ type, summary, example }) => [
        h("h2", { id: type.replace(".", "-") }, h("code", type)),
        h("p", `${summary}.`),
        codeBlock(JSON.stringify(example, null, 2), "json"),
      ]),
    ],
  };
}
