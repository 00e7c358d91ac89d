/**
 * Gives images in rendered HTML their size, so that a page keeps room for them and nothing moves when they load.
 */
import { type FileReference, parseFilePath } from "../domain/file.ts";
import { PLACEHOLDER_ORIGIN } from "./addresses.ts";

/** An attribute's value may hold `>`. */
const IMAGE = /<img\b(?:[^>"]|"[^"]*")*>/g;

/**
 * @param html as `renderMarkdown` gives it
 * @param sizeOf the pixels of a file of the service; undefined where they are unknown
 */
export function withImageSizes(
  html: string,
  sizeOf: (file: FileReference) => { width: number; height: number } | undefined,
): string {
  return html.replace(IMAGE, (tag) => {
    const address = attribute(tag, "src") ?? "";
    if (!address.startsWith(PLACEHOLDER_ORIGIN)) return tag;
    const file = parseFilePath(address.slice(PLACEHOLDER_ORIGIN.length).replace(/[?#].*$/s, ""));
    const size = file && sizeOf(file);
    if (size === undefined) return tag;
    // What the text says about one side decides about the other.
    const [width, height] = [pixels(attribute(tag, "width")), pixels(attribute(tag, "height"))];
    if (width === "other" || height === "other" || (width !== undefined && height !== undefined)) return tag;
    if (width !== undefined) return added(tag, "height", (width * size.height) / size.width);
    if (height !== undefined) return added(tag, "width", (height * size.width) / size.height);
    return added(added(tag, "width", size.width), "height", size.height);
  });
}

function attribute(tag: string, name: string): string | undefined {
  return new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
}

/** `other`: a share of the page, which leaves the size to it. */
function pixels(value: string | undefined): number | "other" | undefined {
  if (value === undefined) return undefined;
  return /^[1-9]\d{0,5}$/.test(value) ? Number(value) : "other";
}

function added(tag: string, name: string, value: number): string {
  return `${tag.slice(0, -1)} ${name}="${Math.max(1, Math.round(value))}">`;
}
