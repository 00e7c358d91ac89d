/**
 * The one stylesheet: the reader's own fonts, the site's colour, a comfortable line length, both writing directions.
 */
import { BACKGROUNDS, CONTRAST_ENHANCED, nearestReadable } from "../domain/colour.ts";
import type { Site } from "../domain/site.ts";

/** The accent of a site without a colour. */
const COLOUR = "#0b57d0";

/** The path of the stylesheet. The colour in it makes caches fetch the stylesheet again after a change. */
export function stylesheetPath({ colour }: Pick<Site, "colour">): string {
  return colour === undefined ? "/style.css" : `/style.css?colour=${colour.slice(1)}`;
}

export function stylesheet({ colour = COLOUR }: Pick<Site, "colour">): string {
  const dark = nearestReadable(colour, BACKGROUNDS.dark, CONTRAST_ENHANCED);
  return `:root { color-scheme: light dark; --page: ${BACKGROUNDS.light}; --text: #1b1b1b; --accent: ${colour}; --link: ${colour}; --soft: #5c5c5c; --line: #8884; --alarm: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --page: ${BACKGROUNDS.dark}; --text: #e6e6e6; --accent: ${dark}; --link: ${dark}; --soft: #aaa; --alarm: #f2b8b5; } }
${RULES}`;
}

const RULES = `* { box-sizing: border-box; }
html { background: var(--page); color: var(--text); border-top: .3rem solid var(--accent); }
body { margin: 0 auto; padding: 0 1.25rem 3rem; max-width: 44rem; font: 1.0625rem/1.6 system-ui, sans-serif; overflow-wrap: break-word; }
a { color: var(--link); text-underline-offset: .15em; }
.skip { position: absolute; inset-inline-start: -99rem; }
.skip:focus { position: static; }
header { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: baseline; justify-content: space-between; padding: 1.25rem 0; border-bottom: 1px solid var(--line); }
header p { margin: 0; }
.logo { width: auto; height: 3rem; max-width: 40vw; object-fit: contain; }
.site a { display: flex; gap: .75rem; align-items: center; color: inherit; font-weight: 650; text-decoration: none; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1rem; }
nav a[aria-current] { color: inherit; text-decoration: none; }
h1 { font-size: clamp(1.375rem, 1rem + 2.4vw, 1.75rem); line-height: 1.25; margin: 1rem 0; text-wrap: balance; hyphens: auto; }
h2 { font-size: 1.25rem; line-height: 1.35; margin: .25rem 0 .5rem; }
article > h2 a { text-decoration: none; }
article > h2 a:hover { text-decoration: underline; }
main > article { margin: 2rem 0; }
.facts { color: var(--soft); font-size: .9375rem; margin: 0; }
.note { border-inline-start: .25rem solid var(--link); padding-inline-start: .75rem; }
.banner { border: 2px solid var(--alarm); padding: .5rem .75rem; }
figure { margin: 1.5rem 0; }
img { max-width: 100%; height: auto; }
figcaption { color: var(--soft); font-size: .9375rem; }
blockquote { margin-inline: 0; padding-inline-start: 1rem; border-inline-start: .25rem solid var(--line); }
pre, table { display: block; overflow-x: auto; }
table { border-collapse: collapse; }
th, td { border: 1px solid var(--line); padding: .25rem .6rem; text-align: start; }
table.feeds { display: table; width: 100%; margin: 0 0 1.5rem; }
.feeds caption { text-align: start; font-weight: 650; padding: .25rem 0; }
.feeds th, .feeds td { border: 0; border-top: 1px solid var(--line); padding: .4rem .6rem .4rem 0; vertical-align: baseline; }
.feeds th { font-weight: inherit; width: 100%; overflow-wrap: anywhere; }
.feeds .count { color: var(--soft); text-align: end; }
.feeds .formats { white-space: nowrap; padding-inline-end: 0; font-size: .9375rem; }
.feeds .formats a { margin-inline-end: .4rem; }
button { font: inherit; font-size: .875rem; padding: .1rem .6rem; border: 1px solid var(--line); border-radius: .4rem; background: none; color: var(--link); cursor: pointer; }
button:hover { border-color: var(--link); }
section > h2 { margin-top: 2.5rem; }
.subscribe { border: 1px solid var(--line); border-radius: .6rem; padding: .75rem 1rem; margin: 1.5rem 0 2.5rem; }
.subscribe h2 { margin-top: 0; }
.subscribe p { margin: .5rem 0; }
.address code { overflow-wrap: anywhere; }
h3 { font-size: 1.125rem; line-height: 1.35; margin: .25rem 0; }
article > h3 a { text-decoration: none; }
article > h3 a:hover { text-decoration: underline; }
.neighbours { justify-content: space-between; margin-top: 2.5rem; }
dl { margin: 2rem 0 0; padding-top: 1rem; border-top: 1px solid var(--line); font-size: .9375rem; display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dl:empty { display: none; }
dt { color: var(--soft); grid-column: 1; }
dd { margin: 0; grid-column: 2; min-width: 0; }
footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--soft); font-size: .9375rem; }
footer p { margin: .25rem 0; }
footer ul { display: flex; flex-wrap: wrap; gap: .25rem 1rem; list-style: none; margin: .5rem 0; padding: 0; }
footer a[href^="tel:"] { white-space: nowrap; }
.publisher { color: var(--text); font-weight: 650; }
.history h2 { margin-top: 1.5rem; }
.history h3 { font-size: 1rem; margin: .75rem 0 0; }
.difference { margin: .25rem 0; white-space: pre-wrap; }
ins { background: #2e7d3226; text-decoration: underline; text-decoration-thickness: .1em; }
del { background: #b3261e26; text-decoration: line-through; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 30rem) { .feeds tr { display: grid; grid-template-columns: 1fr auto; border-top: 1px solid var(--line); padding: .3rem 0; } .feeds th, .feeds td { border: 0; padding: .15rem 0; } .feeds .formats { grid-column: 1 / -1; } }
@media (max-width: 30rem) { dl { grid-template-columns: 1fr; } dt, dd { grid-column: 1; } }
`;
