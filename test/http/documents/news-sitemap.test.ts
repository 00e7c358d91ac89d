import { describe, expect, it } from "vitest";
import { newsroomLater, publish, release } from "../../support/service.ts";
import { elementsIn, fetchedSitemap as fetched, storedSitemap as stored } from "../../support/sitemaps.ts";

describe("the sitemap of news", () => {
  const newsIn = (entries: Awaited<ReturnType<typeof stored>>) =>
    (entries ?? []).filter(({ element }) => elementsIn(element, "news:news").length > 0);

  it("tags the texts of the last two days, until they are older, and is never empty", async () => {
    expect(await fetched("/news-sitemap.xml")).toHaveLength(1);
    await publish(release({ slug: "old", date: "2020-12-01" }));
    await publish(
      release({ slug: "news", title: "Talks & <results>", date: new Date().toISOString().slice(0, 10) }),
    );
    const entries = await stored("/news-sitemap.xml");
    expect(entries?.map(({ path }) => path)).toEqual(["/en/releases/news", "/en/releases/old"]);
    const [news] = newsIn(entries);
    expect(newsIn(entries)).toHaveLength(1);
    const tags = news && elementsIn(news.element, "news:news")[0];
    expect(tags?.text).toContain("Talks & <results>");
    expect(tags?.text).toContain("Press releases");
    // It becomes old although nothing happens.
    await newsroomLater(2 * 86_400 + 60);
    const later = await stored("/news-sitemap.xml");
    expect(later?.map(({ path }) => path)).toEqual(["/en/releases/news", "/en/releases/old"]);
    expect(newsIn(later)).toEqual([]);
  });
});
