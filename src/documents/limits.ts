/**
 * The limits of what KV holds, each with its unit in its name and its reason beside it.
 */
/** Seconds for which a location of Cloudflare keeps the bytes of a file near: bytes under a hash never change. */
export const FILE_CACHE_SECONDS = 86_400;
