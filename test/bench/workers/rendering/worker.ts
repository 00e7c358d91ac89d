/**
 * A simple Worker that renders the feed for each request, and only then compares the ETag. Its items are in
 * memory, and it leaves compression to the edge.
 */
import { Feed } from "feed";

interface RenderingEnv {
  /** The service's JSON Feed with the same items. */
  FEED: JsonFeed;
}

interface JsonFeed {
  title: string;
  home_page_url: string;
  feed_url: string;
  items: {
    id: string;
    url: string;
    title: string;
    summary?: string;
    content_html: string;
    date_published: string;
    tags?: string[];
  }[];
}

export default {
  async fetch(request, env) {
    const body = renderFeed(env.FEED);
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(body));
    const etag = `"${new Uint8Array(digest).toHex()}"`;
    const headers = {
      "content-type": "application/rss+xml; charset=utf-8",
      "cache-control": "public, max-age=60",
      etag,
    };
    return request.headers.get("if-none-match") === etag
      ? new Response(null, { status: 304, headers })
      : new Response(body, { headers });
  },
} satisfies ExportedHandler<RenderingEnv>;

function renderFeed({ title, home_page_url, feed_url, items }: JsonFeed): string {
  const feed = new Feed({
    id: home_page_url,
    title,
    description: title,
    link: home_page_url,
    updated: new Date(items[0]?.date_published ?? 0),
    feedLinks: { rss: feed_url },
  });
  for (const item of items) {
    feed.addItem({
      id: item.id,
      title: item.title,
      link: item.url,
      date: new Date(item.date_published),
      description: item.summary ?? "",
      content: item.content_html,
      category: (item.tags ?? []).map((name) => ({ name })),
    });
  }
  return feed.rss2();
}
