/**
 * How the readers, crawlers and browsers introduce themselves in whose place the doctor asks.
 */

export interface Client {
  name: string;
  headers: Readonly<Record<string, string>>;
  /** Its agent in robots.txt; undefined for a client that reads none. */
  robot?: string;
}

const GZIP = "gzip, deflate";

export const NEWSBOAT: Client = {
  name: "newsboat",
  headers: { "user-agent": "Newsboat/2.40 (Linux x86_64)", accept: "*/*", "accept-encoding": GZIP },
};

export const FEEDPARSER: Client = {
  name: "feedparser",
  headers: {
    "user-agent": "feedparser/6.0.11 +https://github.com/kurtmckee/feedparser/",
    accept:
      "application/atom+xml,application/rdf+xml,application/rss+xml,application/x-netcdf,application/xml;q=0.9,text/xml;q=0.2,*/*;q=0.1",
    "accept-encoding": GZIP,
    "a-im": "feed",
  },
};

export const CURL: Client = { name: "curl", headers: { "user-agent": "curl/8.14.1", accept: "*/*" } };

export const BROWSER: Client = {
  name: "a browser",
  headers: {
    "user-agent":
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
    accept: "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    "accept-language": "en-US,en;q=0.9",
    "accept-encoding": "gzip, deflate, br",
    "sec-fetch-dest": "document",
    "sec-fetch-mode": "navigate",
    "sec-fetch-site": "none",
  },
};

export const GOOGLEBOT: Client = {
  name: "Googlebot",
  robot: "Googlebot",
  headers: {
    "user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "accept-encoding": "gzip, deflate, br",
  },
};

export const GPTBOT: Client = {
  name: "GPTBot",
  robot: "GPTBot",
  headers: {
    "user-agent":
      "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.3; +https://openai.com/gptbot)",
    accept: "*/*",
    "accept-encoding": "gzip, br, deflate",
  },
};
