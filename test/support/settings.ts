/**
 * The settings of every service in tests. An office changes those of wrangler.toml to its own, and its tests stay green.
 */
export const SETTINGS = {
  TITLE: "Press releases",
  PUBLISHER: "Press Office",
  LANGUAGES: "en,hy,ru,fr",
  TIME_ZONE: "Asia/Yerevan",
  FEED_ITEMS: "50",
  SUBSCRIPTIONS: "open",
  HOST_LIMITS: "",
  SUBREQUESTS: "50",
} as const;
