import { expect, it } from "vitest";
import { newsroomLater, publish, release, request, settled } from "../../support/service.ts";

it("keeps the URLs of a release as URIs, so that feeds with them are valid", async () => {
  const text = release({
    topics: ["addresses"],
    source: "https://пример.example/источник?я=1",
    image: { url: "https://img.example/фото.jpg", alt: "x" },
    attachments: [{ url: "https://files.example/отчёт.pdf", type: "application/pdf" }],
  });
  await publish(text);
  expect(await publish(text)).toMatchObject({ changed: false });
  await settled();
  const shown = await (await request(`/api/v1/releases/${text.id}`)).json();
  expect(shown).toMatchObject({
    source: "https://xn--e1afmkfd.example/%D0%B8%D1%81%D1%82%D0%BE%D1%87%D0%BD%D0%B8%D0%BA?%D1%8F=1",
    image: { url: "https://img.example/%D1%84%D0%BE%D1%82%D0%BE.jpg" },
    attachments: [{ url: "https://files.example/%D0%BE%D1%82%D1%87%D1%91%D1%82.pdf" }],
  });
  await newsroomLater(2);
  for (const format of ["rss", "atom", "json"]) {
    const body = await (await request(`/en/topics/addresses/feed.${format}`)).text();
    const urls = [...body.matchAll(/(?:url|href)"?(?:=|: )"(https:[^"]*)"/g)].map(([, url]) => url ?? "");
    expect(urls.length).toBeGreaterThan(0);
    expect(urls.filter((url) => /[^\x21-\x7e]/.test(url))).toEqual([]);
  }
});
