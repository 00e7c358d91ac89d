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
  return `:root { color-scheme: light dark; --page: ${BACKGROUNDS.light}; --text: #1b1b1b; --accent: ${colour}; --link: ${colour}; --soft: #545454; --tint: #f4f5f6; --line: #c9ccd1; --field: #6b7076; --alarm: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --page: ${BACKGROUNDS.dark}; --text: #e8e8e8; --accent: ${dark}; --link: ${dark}; --soft: #b4b8bd; --tint: #1f2227; --line: #3c4148; --field: #8b9199; --alarm: #f2b8b5; } .logo { padding: .25rem; background: #fff; border-radius: .25rem; } }
${RULES}${PRINT_RULES}`;
}

const RULES = `* { box-sizing: border-box; }
html { background: var(--page); color: var(--text); -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { display: flex; flex-direction: column; min-height: 100vh; margin: 0; font: 1.125rem/1.6 system-ui, sans-serif; overflow-wrap: break-word; }
header, main, footer { padding-inline: max(1.25rem, (100% - 62rem) / 2); }
a { color: var(--link); text-underline-offset: .18em; text-decoration-thickness: max(1px, .0625em); }
a:hover { text-decoration-thickness: max(2px, .125em); }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
.skip { position: absolute; inset-inline-start: -99rem; }
.skip:focus { position: static; display: block; padding: .5rem 1.25rem; }
header { border-top: .5rem solid var(--accent); border-bottom: 1px solid var(--line); }
.masthead { display: flex; flex-wrap: wrap; gap: .75rem 2rem; align-items: center; justify-content: space-between; padding: 1.25rem 0 1rem; }
.site { margin: 0; font-size: 1.25rem; line-height: 1.3; }
.site a { display: flex; gap: .875rem; align-items: center; color: inherit; font-weight: 700; text-decoration: none; }
.site a:hover span { text-decoration: underline; }
.logo { width: auto; height: 3.5rem; max-width: 40vw; object-fit: contain; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
nav a { padding-block: .25rem; }
nav a[aria-current] { color: inherit; font-weight: 700; text-decoration: none; }
.languages { font-size: 1rem; }
.bar { display: flex; flex-wrap: wrap; gap: .5rem 2rem; align-items: center; justify-content: space-between; padding-bottom: .75rem; font-size: 1rem; }
.find { display: flex; flex: 0 1 20rem; min-width: min(100%, 14rem); }
.find input { flex: 1; min-width: 0; border-end-end-radius: 0; border-start-end-radius: 0; }
.find button { border-end-start-radius: 0; border-start-start-radius: 0; }
main { flex: 1; padding-block: 1.5rem 3rem; }
h1 { font-size: clamp(1.625rem, 1.1rem + 2.4vw, 2.25rem); line-height: 1.2; margin: .5rem 0 1rem; max-width: 50rem; text-wrap: balance; }
h2 { font-size: 1.25rem; line-height: 1.35; margin: 2rem 0 .5rem; }
h3 { font-size: 1.125rem; line-height: 1.35; margin: .25rem 0; }
p, li, dl, blockquote, figcaption { max-width: 44rem; }
.lead { font-size: 1.25rem; }
.facts, .tally, .kind, .role, .count, .format { color: var(--soft); }
.facts, .translations { font-size: 1rem; }
input, select, button { font: inherit; font-size: 1rem; min-height: 2.75rem; padding: .375rem .75rem; color: inherit; background: var(--page); border: 1px solid var(--field); border-radius: .25rem; }
input[type="checkbox"] { min-height: 0; width: 1.25rem; height: 1.25rem; vertical-align: -.2em; accent-color: var(--accent); }
button { color: var(--link); font-weight: 600; cursor: pointer; }
button:hover { border-color: var(--link); text-decoration: underline; }
button[type="submit"] { color: var(--page); background: var(--accent); border-color: var(--accent); }
.search { margin: 1.5rem 0; padding: 1rem 1.25rem; background: var(--tint); border-radius: .25rem; }
.search > label { font-weight: 600; }
.query { display: flex; flex-wrap: wrap; gap: .5rem; margin: .25rem 0 .5rem; max-width: 40rem; }
.query input { flex: 1; min-width: min(100%, 12rem); }
summary { width: fit-content; padding-block: .25rem; color: var(--link); cursor: pointer; }
.filters { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 15rem), 1fr)); gap: .75rem 1.25rem; margin-top: .5rem; }
.filters p { margin: 0; }
.filters label, legend { display: block; font-size: 1rem; font-weight: 600; }
.filters .box label { font-weight: 400; padding-block: .25rem; }
.filters select, .filters input:not([type="checkbox"]) { width: 100%; }
form.filters > :is(h2, p, fieldset) { grid-column: 1 / -1; }
form.filters > p > input { max-width: 40rem; }
.boxes { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: .5rem 0 1rem; }
.boxes label { padding-block: .25rem; }
.search h2 { margin-top: 0; }
.search > p > label, .subscription form p > label { display: block; font-weight: 600; }
.search > p > input, .search > p > select, .subscription form p > :is(input, select, textarea) { width: 100%; max-width: 40rem; }
.banner > h2 { margin-top: .25rem; }
.fault { display: block; color: var(--alarm); }
[aria-invalid="true"] { border: 2px solid var(--alarm); }
textarea { font: 1rem/1.4 ui-monospace, monospace; padding: .5rem .75rem; color: inherit; background: var(--page); border: 1px solid var(--field); border-radius: .25rem; }
.actions { display: flex; flex-wrap: wrap; gap: .5rem; }
#message:not(:empty) { position: sticky; inset-block-start: 0; z-index: 1; padding-block: .5rem; background: var(--page); }
@media (min-width: 30.01rem) { .subscription dl > div { grid-template-columns: minmax(8rem, 18rem) 1fr; } }
.wide { overflow-x: auto; }
.wide table { display: table; }
output { overflow-wrap: anywhere; font-family: ui-monospace, monospace; }
fieldset { margin: 0; padding: 0; border: 0; min-width: 0; }
.rows { border-top: 1px solid var(--line); }
.rows:empty { border: 0; }
.rows > article { padding: 1.25rem 0; border-bottom: 1px solid var(--line); }
.rows h2 { font-size: 1.25rem; margin: 0 0 .25rem; max-width: 50rem; }
.rows p { margin: .25rem 0; }
.tally { margin: 0 0 .75rem; }
.empty { font-size: 1.25rem; }
.release > h1 { margin-top: .25rem; }
.kind { margin: 0; font-weight: 600; }
.release > .facts { margin: 0 0 .25rem; }
.translations { margin: 0 0 1.5rem; }
.note { border-inline-start: .25rem solid var(--link); padding-inline-start: .875rem; }
.banner { border: 2px solid var(--alarm); padding: .625rem .875rem; }
@media (max-width: 30rem) { main { hyphens: auto; } }
.text { max-width: 44rem; margin-top: 1.5rem; }
.text h2 { margin-top: 2rem; }
figure { margin: 1.5rem 0; max-width: 44rem; }
img { max-width: 100%; height: auto; }
figcaption { color: var(--soft); font-size: 1rem; margin-top: .375rem; }
blockquote { margin-inline: 0; padding-inline-start: 1rem; border-inline-start: .25rem solid var(--line); }
pre, table { display: block; overflow-x: auto; }
table { border-collapse: collapse; }
th, td { border: 1px solid var(--line); padding: .375rem .75rem; }
th:not([align]), td:not([align]) { text-align: start; }
.attachments, .filing { max-width: 44rem; margin-top: 2.5rem; padding-top: .25rem; border-top: 1px solid var(--line); }
.attachments h2, .filing h2 { margin-top: .75rem; }
.attachments ul { padding-inline-start: 1.25rem; }
.attachments li { padding-block: .125rem; }
.filing { font-size: 1rem; }
dl { margin: 0; }
dl > div { display: grid; grid-template-columns: minmax(8rem, 12rem) 1fr; gap: 0 1rem; padding: .375rem 0; }
dt { color: var(--soft); }
dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
dd a { display: inline-block; padding-block: .0625rem; }
.edition { color: var(--soft); }
.printed, .attachments .url { display: none; }
.values { columns: 18rem; column-gap: 2rem; padding: 0; list-style: none; }
.values li { padding: .3125rem 0; break-inside: avoid; }
.neighbours { align-items: center; justify-content: space-between; margin-top: 2rem; }
.numbers { display: flex; flex-wrap: wrap; gap: .25rem; margin: 0; }
.numbers a, .numbers span { min-width: 2.25rem; padding: .25rem .5rem; text-align: center; }
.years { display: block; margin-top: 2.5rem; }
.years ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0; padding: 0; list-style: none; max-width: none; }
.years a { display: inline-block; padding-block: .25rem; }
table.feeds { display: table; width: 100%; margin: 0 0 1.5rem; }
.feeds caption { text-align: start; font-weight: 650; padding: .25rem 0; }
.feeds th, .feeds td { border: 0; border-top: 1px solid var(--line); padding: .4rem .6rem .4rem 0; vertical-align: baseline; }
.feeds th { font-weight: inherit; width: 100%; overflow-wrap: anywhere; }
.feeds .count { text-align: end; }
.feeds .formats { white-space: nowrap; padding-inline-end: 0; font-size: 1rem; }
.feeds .formats a { display: inline-block; padding: .125rem .25rem; }
button[data-copy] { min-height: 0; padding: .125rem .625rem; font-size: .9375rem; font-weight: 400; }
.subscribe { background: var(--tint); border-radius: .25rem; padding: .75rem 1.25rem; margin: 1.5rem 0 2.5rem; }
.subscribe h2 { margin-top: .25rem; }
.subscribe p { margin: .5rem 0; }
.address code { overflow-wrap: anywhere; }
main > article:not(.release) { margin: 2rem 0; }
footer { padding-block: 1.5rem 2.5rem; border-top: 1px solid var(--line); background: var(--tint); color: var(--soft); font-size: 1rem; }
footer p { margin: .25rem 0; }
footer ul { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1.25rem; list-style: none; margin: .5rem 0; padding: 0; max-width: none; }
footer a { display: inline-block; padding-block: .125rem; }
footer a[href^="tel:"] { white-space: nowrap; }
.publisher { color: var(--text); font-weight: 700; }
.history { list-style: none; padding: 0; }
.history h2 { margin-top: 1.5rem; }
.history h3 { font-size: 1rem; margin: .75rem 0 0; }
.difference { margin: .25rem 0; white-space: pre-wrap; }
ins { background: #2e7d3226; text-decoration: underline; text-decoration-thickness: .1em; }
del { background: #b3261e26; text-decoration: line-through; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 40rem) { body { font-size: 1.0625rem; } .masthead { padding-top: .875rem; } .logo { height: 2.75rem; } .site { font-size: 1.125rem; } .find { flex-basis: 100%; } }
@media (max-width: 30rem) { .feeds tr { display: grid; grid-template-columns: 1fr auto; border-top: 1px solid var(--line); padding: .3rem 0; } .feeds th, .feeds td { border: 0; padding: .15rem 0; } .feeds .formats { grid-column: 1 / -1; white-space: normal; } dl > div { grid-template-columns: 1fr; } }
@media (forced-colors: active) { button[type="submit"] { border: 2px solid; } }
`;

/** A press release on paper: letterhead, text, address and edition, without what only a screen can use. */
const PRINT_RULES = `@page { margin: 20mm 18mm 22mm; @bottom-right { content: counter(page) " / " counter(pages); font: 9pt sans-serif; color: #545454; } }
@media print {
:root { color-scheme: light; --page: #fff; --text: #000; --link: #000; --soft: #333; --tint: #fff; --line: #999; --alarm: #000; }
body { font: 11pt/1.5 Georgia, "DejaVu Serif", serif; }
header, main, footer { padding: 0; background: none; }
header { border-width: 0 0 1.5pt; border-bottom: 1.5pt solid; margin-bottom: 8mm; }
.masthead { padding: 0 0 4mm; }
.site, h1, h2, h3, .kind { font-family: "Helvetica Neue", Arial, "DejaVu Sans", sans-serif; }
.logo { height: 16mm; }
.skip, .bar, nav, .search, .translations, .changes, .filing h2, .filing dl, .subscribe button, .rows:empty, footer .offers { display: none; }
body { display: block; min-height: 0; }
main { padding-bottom: 6mm; }
.logo { padding: 0; }
h1 { font-size: 18pt; margin: 0 0 3mm; max-width: none; }
h2 { font-size: 12.5pt; }
h1, h2, h3, figcaption { break-after: avoid; break-inside: avoid; }
p, li, dl, blockquote, .text, .attachments, .filing { max-width: none; orphans: 3; widows: 3; }
a { color: inherit; text-decoration: none; }
.facts, figcaption, .format { font-size: 10pt; }
.text a[href^="http"]:not([href*="#user-content-"])::after { content: " <" attr(href) ">"; font-size: 8.5pt; overflow-wrap: anywhere; }
.attachments .url { display: block; font-size: 8.5pt; overflow-wrap: anywhere; }
.text a[href^="http"] { text-decoration: underline; }
pre, table { display: table; overflow: visible; white-space: pre-wrap; }
img { max-height: 110mm; }
figure, tr, .banner, .note { break-inside: avoid; }
.attachments, .filing { margin-top: 6mm; border: 0; padding: 0; }
.filing { margin-top: 4mm; }
.edition, .printed { display: block; margin: 1mm 0; font-size: 9pt; }
footer { border-top: .75pt solid; padding-top: 3mm; font-size: 9pt; break-inside: avoid; }
}
`;
