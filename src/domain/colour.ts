/**
 * Colours, and whether text in them is readable: the contrast of WCAG 2.2, 1.4.3.
 */

/** What pages lie on, in light and in dark. The stylesheet takes them from here. */
export const BACKGROUNDS = { light: "#ffffff", dark: "#15171b" } as const;

/** WCAG 2.2, 1.4.3: of text and links. */
const CONTRAST_MIN = 4.5;
/** WCAG 2.2, 1.4.6: of links on dark pages, whose colour we choose. */
export const CONTRAST_ENHANCED = 7;
/** Steps between a colour and black or white: more than an eye can tell apart. */
const STEPS = 255;

/** @param colour `#rrggbb` @returns from 1, the same colour, to 21, black on white */
export function contrast(colour: string, background: string): number {
  const [one, other] = [luminance(colour), luminance(background)];
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

export function isReadable(colour: string, background: string, least = CONTRAST_MIN): boolean {
  return contrast(colour, background) >= least;
}

/** The colour, or the nearest one of its hue that is readable: darker on a light background, lighter on a dark one. */
export function nearestReadable(colour: string, background: string, least = CONTRAST_MIN): string {
  const end = luminance(background) > luminance("#757575") ? 0 : 255;
  for (let step = 0; step < STEPS; step += 1) {
    const mixed = hex(channels(colour).map((channel) => channel + ((end - channel) * step) / STEPS));
    if (isReadable(mixed, background, least)) return mixed;
  }
  return hex([end, end, end]);
}

/** Relative luminance, from 0 to 1. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = channels(colour).map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function channels(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

function hex(parts: readonly number[]): string {
  return `#${parts.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}
