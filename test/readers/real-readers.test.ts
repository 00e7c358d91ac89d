/**
 * Real feed readers, those that are on this machine; `npm run readers` shows what each of them does.
 */
import { beforeAll, describe, expect, test } from "vitest";
import { FORMATS } from "./real/real-reader.ts";
import { byPresence, nameOf, REAL_READERS } from "./real/real-readers.ts";
import { trial } from "./real/trial.ts";
import { type Verdicts, verdictsOn } from "./real/verdicts.ts";

const NO_FAULTS: Verdicts = { arrival: [], unchanged: [], addition: [], correction: [] };

const { present, missing } = await byPresence(REAL_READERS);

describe("real readers, over a correction and a new release", () => {
  let judged: Awaited<ReturnType<typeof judge>>;

  beforeAll(async () => {
    judged = await judge();
  });

  describe.each(present.map((reader) => nameOf(reader)))("%s", (reader) => {
    test.each(FORMATS)(
      "reads all of %s once, asks again for nothing, and is told what has changed",
      (format) => {
        const row = judged.find((row) => row.reader === reader && row.format === format);
        expect(row?.verdicts).toEqual(NO_FAULTS);
      },
    );
  });

  describe.each(missing.map((reader) => [nameOf(reader), reader.install]))("%s", (_reader, install) => {
    test.skip(`is not installed: ${install}`, () => {});
  });
});

async function judge() {
  const { courses, day } = await trial(present, () => {});
  return courses.map((course) => ({
    reader: nameOf(course.reader),
    format: course.format,
    verdicts: verdictsOn(course, day),
  }));
}
