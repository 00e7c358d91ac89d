/**
 * What a preview adds to the pages of the site: a mark in the corner, and a script that loads the page again when a
 * file has changed.
 */
import { issueLine, type FileIssue } from "../content/file-issue.ts";
import { counted } from "../terminal.ts";

/** Below it is what the site itself does not have. */
export const OWN_PATHS = "/_preview/";
export const EVENTS_PATH = `${OWN_PATHS}events`;
export const STYLE_PATH = `${OWN_PATHS}style.css`;
export const FAULTS_PATH = `${OWN_PATHS}faults`;

const STYLE = `
.preview-mark { position: fixed; inset-block-end: 1rem; inset-inline-end: 1rem; z-index: 9; max-width: 30rem;
  padding: .5rem .8rem; border: 2px solid #7a4b00; border-radius: .4rem; background: #fff3d6; color: #3d2600;
  font: 600 .9rem/1.3 system-ui, sans-serif; direction: ltr; text-align: start; }
.preview-mark a { color: inherit; }
.preview-faults { margin: 2rem; font: 1rem/1.5 system-ui, sans-serif; }
.preview-faults li { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
`;

/** The script of each page: the version in the first event is that of the page. */
export function reloadScript(version: string): string {
  return (
    `new EventSource(${JSON.stringify(EVENTS_PATH)}).addEventListener("version", (event) => {` +
    ` if (event.data !== ${JSON.stringify(version)}) location.reload(); });`
  );
}

/** With a mark behind each link to a page that readers do not see yet. */
export function previewStyle(marks: ReadonlyMap<string, string>): string {
  const rules = [...marks].map(
    ([path, mark]) => `main a[href$=${JSON.stringify(path)}]::after { content: " [" ${cssText(mark)} "]"; }`,
  );
  return [STYLE, ...rules].join("\n");
}

/** The page with its mark, its style sheet and its script. */
export function withMark(
  html: string,
  {
    mark,
    faults,
    version,
    nonce,
  }: { mark?: string | undefined; faults: number; version: string; nonce: string },
): string {
  const lines = [
    `Preview${mark === undefined ? "" : `: ${escaped(mark)}`}`,
    ...(faults === 0 ? [] : [`<a href="${FAULTS_PATH}">${counted(faults, "fault")}</a>`]),
  ];
  const added =
    `<link rel="stylesheet" href="${STYLE_PATH}?${version}">` +
    `<aside class="preview-mark" lang="en">${lines.join("<br>")}</aside>` +
    `<script nonce="${nonce}">${reloadScript(version)}</script>`;
  const end = html.lastIndexOf("</body>");
  return end === -1 ? html + added : html.slice(0, end) + added + html.slice(end);
}

/** The page that names each fault with its file and line. */
export function faultsPage(faults: readonly FileIssue[], message?: string): string {
  const items = faults.map((fault) => `<li>${escaped(issueLine(fault))}</li>`).join("");
  const files = counted(new Set(faults.map(({ file }) => file)).size, "file");
  const title = faults.length === 0 ? "No faults" : `${counted(faults.length, "fault")} in ${files}`;
  const said = message === undefined ? "" : `<pre>${escaped(message)}</pre>`;
  return (
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${title}</title></head>` +
    `<body><main class="preview-faults"><h1>${title}</h1>${said}<ul>${items}</ul>` +
    `<p><a href="/">The site, with the last sound state of these files</a></p></main></body></html>`
  );
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A string of CSS: only letters and digits stand for themselves. */
function cssText(text: string): string {
  const safe = text.replace(/[^\w ,.:+-]/gu, (character) => `\\${character.codePointAt(0)?.toString(16)} `);
  return `"${safe}"`;
}
