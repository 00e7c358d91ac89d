import { describe, expect, it } from "vitest";
import { publish, put, type ProblemJson, release, request, send } from "../../support/service.ts";

const WORDS =
  "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda my ny xi omikron pi rho sigma tau phi";
const BODY = Array.from({ length: 10 }, () => WORDS).join(" ");

/** The answer to a minor edition that changes these fields. */
async function minor(fields: Record<string, unknown>, before: Record<string, unknown> = {}) {
  const text = release({ title: "The session", body: BODY, ...before });
  await publish(text);
  const response = await put({ ...text, change: "minor", ...fields });
  const { code, errors = [] } = await response.json<Partial<ProblemJson>>();
  return { status: response.status, code, errors, text };
}

describe("a minor change", () => {
  it("of some words is taken", async () => {
    expect((await minor({ body: BODY.replace("alpha beta gamma", "one two three") })).status).toBe(200);
  });

  it("of more than a tenth of the words is refused, with the words", async () => {
    const changed = BODY.replaceAll("alpha", "changed")
      .replaceAll("beta", "changed")
      .replace("gamma", "changed");
    const { status, code, errors } = await minor({ body: changed });
    expect([status, code]).toEqual([422, "not-minor"]);
    expect(errors).toEqual([
      {
        path: "/body",
        line: 1,
        message:
          "changes more than 20 words (“alpha beta gamma delta epsilon…” → “changed changed changed delta …”), " +
          "and a minor change of this text may change at most 20: make it major, with a note, or say reallyMinor: true",
      },
    ]);
  });

  it("of a whole long text is refused without comparing it to its end", async () => {
    const long = (word: string) =>
      Array.from({ length: 30_000 }, (_, nth) => `${word}${nth % 7 === 0 ? "a" : "b"}`);
    const { errors } = await minor({ body: long("y").join(" ") }, { body: long("x").join(" ") });
    expect(errors[0]?.message).toMatch(/^changes more than 200 words/);
  });

  it.each([
    ["a number", { title: "Session 1" }, { title: "Session 2" }, "/title", "“1” → “2”"],
    ["a name", { title: "Talks with Iran" }, { title: "Talks with Iraq" }, "/title", "“Iran” → “Iraq”"],
    [
      "a date",
      { title: "Réunion en mai", lang: "fr" },
      { title: "Réunion en juin", lang: "fr" },
      "/title",
      "“mai” → “juin”",
    ],
    [
      "a month in Armenian",
      { title: "հանդիպումը մայիսի սկզբին", lang: "hy" },
      { title: "հանդիպումը հունիսի սկզբին", lang: "hy" },
      "/title",
      "“մայիսի” → “հունիսի”",
    ],
    [
      "a name in a script without capital letters",
      { title: "Talks in 北京" },
      { title: "Talks in 东京" },
      "/title",
      "“北京” → “东京”",
    ],
    [
      "a number in the text",
      { body: "It costs 10 million." },
      { body: "It costs 12 million." },
      "/body",
      "“10” → “12”",
    ],
    [
      "a number in the summary",
      { summary: "10 million" },
      { summary: "12 million" },
      "/summary",
      "“10” → “12”",
    ],
    ["words that are struck out", { body: BODY }, { body: `~~${BODY}~~` }, "/body", "nothing"],
    ["a number that is struck out", { body: "It costs 10." }, { body: "It costs ~~10~~." }, "/body", "“10”"],
    ["the day", { date: "2020-12-01" }, { date: "2020-12-02" }, "/date", "2020-12-01 → 2020-12-02"],
  ])("of %s is refused", async (_what, before, fields, path, words) => {
    const { status, code, errors } = await minor(fields, before);
    expect([status, code]).toEqual([422, "not-minor"]);
    expect(errors).toEqual([expect.objectContaining({ path, message: expect.stringContaining(words) })]);
  });

  it.each([
    [
      "of a summary that says what the text says",
      { body: "On 1 May it was held." },
      { summary: "On 1 May it was held." },
    ],
    [
      "of a small word of the title",
      { title: "Statement of the session" },
      { title: "Statement on the session" },
    ],
    ["of the case of a letter", { title: "Statement on the summit" }, { title: "Statement on the Summit" }],
    ["of a mark", { title: "Statement on the summit" }, { title: "Statement: on the summit" }],
    ["of the time on the same day", { date: "2020-12-01" }, { date: "2020-12-01T10:00:00+04:00" }],
    [
      "of a link, which nobody reads",
      { body: "[Text](https://a.example/1)." },
      { body: "[Text](https://a.example/2)." },
    ],
  ])("%s is taken", async (_what, before, fields) => {
    expect((await minor(fields, before)).status).toBe(200);
  });

  it("names the line of the text", async () => {
    const { errors } = await minor({ body: "First.\n\nSecond 3." }, { body: "First.\n\nSecond 2." });
    expect(errors).toMatchObject([{ path: "/body", line: 3 }]);
  });

  it("is taken with reallyMinor, and that belongs to one edition", async () => {
    const { text, status } = await minor({ title: "Session 2", reallyMinor: true }, { title: "Session 1" });
    expect(status).toBe(200);
    const leftOver = await put({ ...text, change: "minor", reallyMinor: true, title: "Session 3" });
    expect([leftOver.status, await leftOver.json<ProblemJson>()]).toMatchObject([
      422,
      {
        code: "not-minor",
        errors: [{ path: "/reallyMinor", message: expect.stringContaining("left over from edition 2") }],
      },
    ]);
    // Left over beside a small change it does no harm.
    const small = { ...text, title: "Session 2.", change: "minor", reallyMinor: true };
    expect((await put(small)).status).toBe(200);
    const noted = {
      ...text,
      change: "minor",
      reallyMinor: true,
      title: "Session 4",
      note: "The number of the session",
    };
    expect((await put(noted)).status).toBe(200);
    expect((await put({ ...noted, title: "Session 5", change: "major", note: "The number" })).status).toBe(
      422,
    );
  });

  it("says not-minor in a batch only if nothing else is wrong, and in a dry run too", async () => {
    const [one, other] = [release({ title: "Session 1" }), release()];
    await publish(one);
    const large = { ...one, title: "Session 2", change: "minor" };
    const codeOf = async (releases: unknown[], query = "") =>
      (await (await send("POST", `/api/v1/releases${query}`, { releases })).json<ProblemJson>()).code;
    expect(await codeOf([large], "?dryRun=true")).toBe("not-minor");
    expect(await codeOf([large, other])).toBe("not-minor");
    expect(await codeOf([large, { ...other, lang: "xx" }])).toBe("invalid");
    expect(await codeOf([large, { ...other, lang: 1 }])).toBe("invalid");
    expect((await request(`/api/v1/releases/${other.id}`)).status).toBe(404);
  });

  it("of a release under embargo may be any", async () => {
    const text = release({ title: "Session 1", embargo: "2999-01-01T00:00:00Z" });
    await publish(text);
    expect((await put({ ...text, title: "Conference 2", change: "minor" })).status).toBe(200);
  });

  describe("after other minor changes", () => {
    /** The text with the first words replaced. */
    const replaced = (count: number) =>
      BODY.split(" ")
        .map((word, nth) => (nth < count ? `changed${word}` : word))
        .join(" ");
    const revise = async (fields: Record<string, unknown> & { id: string }) => {
      const response = await put({ change: "minor", ...fields });
      const { errors } = await response.json<Partial<ProblemJson>>();
      return { status: response.status, message: errors?.[0]?.message };
    };

    it("is compared with the edition that readers were notified of last", async () => {
      const text = release({ title: "The session", body: BODY });
      await publish(text);
      expect((await revise({ ...text, body: replaced(12) })).status).toBe(200);
      expect((await revise({ ...text, body: replaced(20) })).status).toBe(200);
      const { status, message } = await revise({ ...text, body: replaced(21) });
      expect(status).toBe(422);
      expect(message).toMatch(/^changes more than 20 words against edition 1 \(/);
      // A change can always be taken back.
      expect((await revise({ ...text, body: BODY })).status).toBe(200);
    });

    it("is named by its own line, and an unchanged file is taken as it is", async () => {
      const text = release({ body: "Frist.\n\nSecond.\n\nThird 3." });
      await publish(text);
      const typo = { ...text, body: "First.\n\nSecond.\n\nThird 3.", change: "minor" };
      expect((await put(typo)).status).toBe(200);
      const refused = await put({ ...typo, body: typo.body.replace("3", "4") });
      expect(await refused.json<ProblemJson>()).toMatchObject({ errors: [{ path: "/body", line: 5 }] });
      expect((await put(typo)).status).toBe(200);
    });

    it("is compared with the latest major edition or reinstatement", async () => {
      const text = release({ title: "The session", body: BODY });
      await publish(text);
      await revise({ ...text, body: replaced(20) });
      const major = { ...text, body: replaced(30), change: "major", note: "The first words" };
      expect((await put(major)).status).toBe(200);
      expect((await revise({ ...text, body: replaced(50) })).status).toBe(200);
      expect((await revise({ ...text, body: replaced(51) })).status).toBe(422);
      for (const action of ["withdraw", "reinstate"])
        expect((await send("POST", `/api/v1/releases/${text.id}/${action}`, { reason: "Why" })).status).toBe(
          200,
        );
      expect((await revise({ ...text, body: replaced(51) })).status).toBe(200);
    });

    it("is compared with the latest large edition that said reallyMinor, not with a small one", async () => {
      const text = { ...release({ title: "The session", body: BODY }), reallyMinor: true };
      await publish({ ...text, reallyMinor: undefined });
      expect((await revise({ ...text, body: replaced(40) })).status).toBe(200);
      expect((await revise({ ...text, body: replaced(50) })).status).toBe(200);
      expect((await revise({ ...text, body: replaced(60) })).status).toBe(200);
      const { status, message } = await revise({ ...text, body: replaced(61) });
      expect([status, message]).toEqual([422, expect.stringContaining("left over from edition 4")]);
    });
  });
});
