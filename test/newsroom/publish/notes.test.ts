import { describe, expect, it } from "vitest";
import { act, ADMIN, kvBody, newsroomLater, publish, release, request } from "../../support/service.ts";

interface View {
  edition: number;
  note?: string;
  corrected?: string;
  updated: string;
  stale?: true;
}

async function view(id: string): Promise<View> {
  return (await request(`/api/v1/releases/${id}`, { headers: ADMIN })).json<View>();
}

describe("the date of a correction", () => {
  it("stays that of the correction when the release is withdrawn and reinstated later", async () => {
    const text = release({ body: "On 1 May." });
    await publish(text);
    expect((await view(text.id)).corrected).toBeUndefined();
    await publish({ ...text, body: "On 2 May.", change: "major", note: "Corrected the day" });
    const { corrected, updated } = await view(text.id);
    expect(corrected).toBe(updated);
    await act("withdraw", text.id);
    await act("reinstate", text.id);
    const after = await view(text.id);
    expect(after.updated > updated).toBe(true);
    expect(after.corrected).toBe(corrected);
    const html = await (await request(`/en/releases/${String(text["slug"])}`)).text();
    const [json = ""] = /(?<=<script type="application\/ld\+json">)[^<]*/.exec(html) ?? [];
    expect(JSON.parse(json).correction.datePublished).toBe(corrected);
  });
});

describe("a further edition with the same content and another note", () => {
  it("corrects the note that readers see, without notifying them if it is minor", async () => {
    const text = release({ body: "On 1 May." });
    await publish(text);
    const major = { ...text, body: "On 2 May.", change: "major", note: "Corected the day" };
    await publish(major);
    const before = await view(text.id);
    const corrected = { ...major, change: "minor", note: "Corrected the day" };
    expect(await publish(corrected)).toMatchObject({ edition: 3, changed: true });
    expect(await publish(corrected)).toMatchObject({ edition: 3, changed: false });
    expect(await view(text.id)).toMatchObject({ note: "Corrected the day", updated: before.updated });
    await newsroomLater(2);
    expect(await kvBody(`/en/releases/${String(text["slug"])}`)).toContain("Corrected the day");
    expect(await kvBody("/en/feed.json")).not.toContain("Corected");
    const history = await (await request(`/en/releases/${String(text["slug"])}/history`)).text();
    expect(history.replaceAll("<bdi>", "").match(/What changed: [^<]*/g)).toEqual([
      "What changed: Corrected the day",
      "What changed: Corected the day",
    ]);
    const { data } = await (
      await request(`/api/v1/releases/${text.id}/editions`)
    ).json<{ data: { edition: number; change: string; note: string }[] }>();
    expect(data.map(({ change, note }) => [change, note])).toEqual([
      [null, null],
      ["major", "Corected the day"],
      ["minor", "Corrected the day"],
    ]);
  });

  it("notifies readers again if it is major, and puts no translation behind", async () => {
    const group = `g-${crypto.randomUUID()}`;
    const [text, translation] = [release({ group }), release({ group, lang: "ru" })];
    await publish(text);
    await publish(translation);
    const major = { ...text, body: "Another body.", change: "major", note: "The body" };
    await publish(major);
    await publish({ ...translation, body: "Другой текст.", change: "major", note: "Текст" });
    const before = await view(text.id);
    await publish({ ...major, note: "The whole body" });
    const after = await view(text.id);
    expect(after).toMatchObject({ edition: 3, note: "The whole body" });
    expect(after.updated > before.updated).toBe(true);
    expect((await view(translation.id)).stale).toBeUndefined();
  });

  it("does not replace the note of an earlier correction", async () => {
    const text = release({ body: "One." });
    await publish(text);
    await publish({ ...text, body: "Two.", change: "major", note: "The number" });
    const minor = { ...text, body: "Two!", change: "minor", note: "A mrak" };
    await publish(minor);
    await publish({ ...minor, note: "A mark" });
    expect(await view(text.id)).toMatchObject({ edition: 4, note: "The number" });
  });

  it("is none without a `change`, for the first edition, and once the release is withdrawn", async () => {
    const text = release();
    await publish(text);
    expect(await publish({ ...text, change: "major", note: "A note" })).toMatchObject({ changed: false });
    const further = { ...text, body: "Another body.", change: "minor", reallyMinor: true, note: "The body" };
    await publish(further);
    const { change: _change, ...without } = further;
    expect(await publish({ ...without, id: text.id, note: "Another" })).toMatchObject({ changed: false });
    await act("withdraw", text.id);
    expect(await publish({ ...further, note: "Another" })).toMatchObject({ changed: false });
  });
});
