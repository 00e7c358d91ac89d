/**
 * Where an address in a text ends. Marks of punctuation beyond ASCII are letters of an address to GFM, so that a
 * sentence's last address would swallow the full stop.
 */

/** Marks that end a sentence or a quotation, and that nobody writes in an address as they are. */
const STOPS =
  /[\u00ab\u00bb\u201c-\u201f\u2026\u055d\u0589\u05c3\u060c\u061b\u061f\u06d4\u0700-\u070d\u0964\u0965\u104a\u104b\u1361-\u1368\u166e\u1803\u1809\u17d4-\u17d6\u2e2e\u2e41\u3001\u3002\u300a-\u300f\uff0c\uff61-\uff64]/u;
/** Other marks, which an address may hold but does not end with. */
const TRAILING = /(?:(?![/#&=+%$~_-])[\p{P}]|[\u02bc\uff1e])+$/u;

/** Characters of `address` that belong to it, without the marks that follow it in the sentence. */
export function addressLength(address: string): number {
  const stop = STOPS.exec(address)?.index ?? address.length;
  const kept = address.slice(0, stop);
  if (stop === address.length && /[\p{ASCII}\p{L}\p{N}\p{M}]$/u.test(kept)) return kept.length;
  let end = kept.length - (TRAILING.exec(kept)?.[0].length ?? 0);
  // A closing bracket belongs to the address if the address also opens it.
  while (end < kept.length && isClosing(kept.charAt(end), kept.slice(0, end))) end += 1;
  return end;
}

function isClosing(mark: string, before: string): boolean {
  const open = { ")": "(", "）": "（", "】": "【" }[mark];
  return open !== undefined && before.split(open).length > before.split(mark).length;
}
