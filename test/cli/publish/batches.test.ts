import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseContentFile, type ContentFile } from "../../../src/cli/content/content-file.ts";
import { releaseBatches } from "../../../src/cli/publish/batches.ts";
import { BATCH_RELEASES_MAX, BODY_BYTES_MAX } from "../../../src/domain/limits.ts";

function file(name: string, date: string, body: string): ContentFile {
  const text = `---\nlang: en\ntype: statement\ntitle: x\nslug: ${name}\ndate: ${date}\n---\n${body}\n`;
  const parsed = parseContentFile(`/content/${name}.md`, Buffer.from(text), Infinity);
  if (Array.isArray(parsed)) throw new Error(JSON.stringify(parsed));
  return parsed;
}

test("batches hold every release once, oldest first, within the limits of size and number", () => {
  const one = fc.record({
    day: fc.constantFrom("2020-12-01", "2020-12-02", "2020-12-01T09:00:00+04:00"),
    // Escaped characters count with the length of their escapes.
    body: fc.tuple(fc.constantFrom("x", '"', "ա", "\\"), fc.constantFrom(1, 1_000, 200_000)),
  });
  fc.assert(
    fc.property(fc.array(one, { maxLength: 250 }), (given) => {
      const files = given.map(({ day, body: [letter, times] }, index) =>
        file(`release-${String(index).padStart(3, "0")}`, day, `b${letter.repeat(times)}`),
      );
      const batches = [...releaseBatches(files)];
      for (const { body, files: members } of batches) {
        expect(Buffer.byteLength(body)).toBeLessThanOrEqual(BODY_BYTES_MAX);
        expect(members.length).toBeLessThanOrEqual(BATCH_RELEASES_MAX);
        expect(JSON.parse(body)).toEqual({ releases: members.map(({ release }) => release) });
      }
      const sent = batches.flatMap((batch) => batch.files);
      expect(new Set(sent)).toEqual(new Set(files));
      expect(sent).toHaveLength(files.length);
      const times = sent.map(({ release }) => Date.parse(release.date));
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }),
    { numRuns: 20 },
  );
});
