import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BACKGROUNDS,
  contrast,
  CONTRAST_ENHANCED,
  isReadable,
  nearestReadable,
} from "../../src/domain/colour.ts";

const anyColour = fc
  .integer({ min: 0, max: 0xff_ff_ff })
  .map((number) => `#${number.toString(16).padStart(6, "0")}`);

describe("the contrast of two colours", () => {
  it.each([
    ["#000000", "#ffffff", 21],
    ["#ffffff", "#ffffff", 1],
    ["#767676", "#ffffff", 4.54],
    ["#777777", "#ffffff", 4.48],
    ["#ff0000", "#ffffff", 4],
  ])("of %s on %s is %d, as WCAG's own calculators give it", (colour, background, ratio) => {
    expect(contrast(colour, background)).toBeCloseTo(ratio, 1);
    expect(contrast(background, colour)).toBe(contrast(colour, background));
  });
});

describe("the nearest readable colour", () => {
  it("is the colour itself where that is readable", () => {
    expect(nearestReadable("#0b3d6f", BACKGROUNDS.light)).toBe("#0b3d6f");
  });

  it("is readable for every colour, on light and on dark, in links that stand out", () => {
    fc.assert(
      fc.property(
        anyColour,
        fc.constantFrom(BACKGROUNDS.light, BACKGROUNDS.dark),
        fc.constantFrom(undefined, CONTRAST_ENHANCED),
        (colour, background, least) => {
          expect(isReadable(nearestReadable(colour, background, least), background, least)).toBe(true);
        },
      ),
    );
  });
});
