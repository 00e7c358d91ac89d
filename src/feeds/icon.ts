/**
 * The icon of the site in feeds and browsers: its logo where that is square, else our own.
 */
import type { Site } from "../domain/site.ts";

/** Path of our own icon. */
export const ICON_PATH = "/icon.png";
/** What readers and browsers show as an icon; RSS allows no SVG. */
const ICON_TYPES = new Set(["image/png", "image/jpeg", "image/gif"]);

export function iconOf({ logoImage }: Site): { type: string; href: string } {
  const isIcon =
    logoImage !== undefined &&
    logoImage.width !== null &&
    logoImage.width === logoImage.height &&
    ICON_TYPES.has(logoImage.type);
  return isIcon ? { type: logoImage.type, href: logoImage.url } : { type: "image/png", href: ICON_PATH };
}

/** {@link iconOf} as an absolute URL. */
export function iconUrl(site: Site): string {
  return new URL(iconOf(site).href, site.baseUrl).href;
}
