/**
 * The pages of the manual that are sections of READMEs: each fact is written once, there.
 */

export interface Source {
  /** The path of the file, from the root of the repository. */
  file: string;
  /** The headings of the sections, in this order; left out: all of the file but its title. */
  sections?: readonly string[];
}

export interface Chapter {
  /** The page is `/docs/NAME`; "" is `/docs` itself. */
  name: string;
  title: string;
  source: Source;
}

const HTTP = "src/http/README.md";

/** Of src/http/README.md: for people who change the service. */
const INTERNAL = ["How a request runs", "Decisions"];

/** Names of pages that differ from the heading of their section. */
const NAMES: Readonly<Record<string, string>> = { "Getting started": "", "Receive webhooks": "webhooks" };

/** @param headings of the sections of src/http/README.md: a new one is a new page */
export function chaptersOf(headings: readonly string[]): Chapter[] {
  const ofHttp = headings
    .filter((heading) => !INTERNAL.includes(heading))
    .map((heading) => ({
      name: NAMES[heading] ?? slugOf(heading),
      title: heading,
      source: { file: HTTP, sections: [heading] },
    }));
  const after = (name: string, ...more: Chapter[]) => {
    const at = ofHttp.findIndex((chapter) => chapter.name === name);
    ofHttp.splice(at + 1, 0, ...(more as typeof ofHttp));
  };
  after("webhooks", { name: "verify", title: "Verify a delivery", source: { file: "src/manual/verify.md" } });
  after("subscribe", {
    name: "rest-hooks",
    title: "Zapier, Make and n8n",
    source: { file: "src/manual/rest-hooks.md" },
  });
  after("read", {
    name: "feeds",
    title: "Feeds",
    source: {
      file: "src/feeds/README.md",
      sections: ["What an entry says", "Documents and archives", "Deltas"],
    },
  });
  return ofHttp;
}

/** The source of the sections whose headings {@link chaptersOf} takes. */
export const MAIN_SOURCE = HTTP;

/** Links of the READMEs that lead to a page which is made from code, or from another README. */
export const LINKED_PAGES: Readonly<Record<string, string>> = {
  "src/domain/codes.ts": "/docs/errors",
  "src/http/app.ts": "/docs/api",
  "src/feeds/README.md": "/docs/feeds",
  "src/manual/verify.md": "/docs/verify",
  "src/manual/rest-hooks.md": "/docs/rest-hooks",
};

/** As in links to headings on GitHub. */
export function slugOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}
