/**
 * Chat services as they document themselves: each reads a message, and throws for what the service refuses or cuts.
 */
export interface Read {
  /** What a person reads, in order. */
  text: string;
  /** The single texts. */
  parts: string[];
  links: string[];
  images: string[];
  /** What is struck through. */
  struck: string;
}

type Json = Record<string, unknown>;

function demand(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(`the service refuses: ${what}`);
}

function text(value: unknown, max: number, what: string): string {
  demand(typeof value === "string" && value !== "", `${what} is empty`);
  demand(value.length <= max, `${what} has ${value.length} of ${max} characters`);
  return value;
}

function url(value: unknown, max: number): string {
  const checked = text(value, max, "a URL");
  demand(URL.canParse(checked) && /^https?:/.test(checked), `${checked} is no URL`);
  return checked;
}

function keysOf(json: Json, known: readonly string[], what: string): void {
  const unknown = Object.keys(json).filter((key) => !known.includes(key));
  demand(unknown.length === 0, `${what} has ${unknown.join(", ")}`);
}

/** Block Kit: 50 blocks; images need https, a known type and alt_text; `text` has three control characters. */
export function readSlack(body: string): Read {
  const message = JSON.parse(body) as { text: unknown; blocks: Json[] };
  keysOf(message, ["text", "blocks", "unfurl_links", "unfurl_media"], "a message");
  const fallback = text(message.text, 4_000, "text");
  demand(!/[<>]|&(?!amp;|lt;|gt;)/.test(fallback), "markup in text");
  demand(message.blocks.length >= 1 && message.blocks.length <= 50, "more than 50 blocks");
  const read: Read = { text: "", parts: [], links: [], images: [], struck: "" };
  for (const block of message.blocks) {
    if (block["type"] === "image") {
      keysOf(block, ["type", "image_url", "alt_text"], "an image");
      const image = url(block["image_url"], 3_000);
      demand(image.startsWith("https:"), "an image without https");
      text(block["alt_text"], 2_000, "alt_text");
      read.images.push(image);
      continue;
    }
    demand(block["type"] === "rich_text", "an unknown block");
    const [section] = block["elements"] as [Json];
    demand(section["type"] === "rich_text_section", "an unknown element of rich text");
    for (const element of section["elements"] as Json[]) {
      demand(element["type"] === "text" || element["type"] === "link", "an unknown element");
      keysOf(element, ["type", "text", "url", "style"], "an element");
      const part = text(element["text"], 3_000, "an element");
      if (element["type"] === "link") read.links.push(url(element["url"], 3_000));
      if ((element["style"] as Json | undefined)?.["strike"] === true) read.struck += part;
      read.parts.push(part);
      read.text += part;
    }
    read.text += "\n";
  }
  return read;
}

/** A message to Teams: 28 KB, counted in UTF-8 and in UTF-16. Adaptive Cards 1.5: runs are plain text. */
export function readTeams(body: string): Read {
  const bytes = Math.max(new TextEncoder().encode(body).length, 2 * body.length);
  demand(bytes <= 28_000, `${bytes} bytes`);
  const sent = JSON.parse(body) as Json;
  const [attachment] = (sent["attachments"] ?? []) as Json[];
  const isMessage = sent["type"] === "message";
  demand(
    !isMessage || attachment?.["contentType"] === "application/vnd.microsoft.card.adaptive",
    "another attachment than a card",
  );
  const card = (isMessage ? attachment?.["content"] : sent) as Json;
  demand(card["type"] === "AdaptiveCard" && card["version"] === "1.5", "no card");
  const read: Read = { text: "", parts: [], links: [], images: [], struck: "" };
  for (const element of card["body"] as Json[]) {
    if (element["type"] === "Image") {
      const image = url(element["url"], 4_000);
      demand(image.startsWith("https:"), "an image without https");
      read.images.push(image);
      continue;
    }
    demand(element["type"] === "RichTextBlock", "an unknown element");
    for (const run of element["inlines"] as Json[]) {
      demand(run["type"] === "TextRun", "an unknown inline");
      const part = text(run["text"], 28_000, "a run");
      const action = run["selectAction"] as Json | undefined;
      if (action !== undefined) read.links.push(url(action["url"], 4_000));
      if (run["strikethrough"] === true) read.struck += part;
      read.parts.push(part);
      read.text += part;
    }
    read.text += "\n";
  }
  for (const action of card["actions"] as Json[]) {
    demand(action["type"] === "Action.OpenUrl", "an unknown action");
    text(action["title"], 200, "the title of an action");
    read.links.push(url(action["url"], 4_000));
  }
  return read;
}

/** sendMessage: 1 to 4,096 UTF-16 units; entities lie within the text and at its characters' bounds; 100 at most. */
export function readTelegram(body: string): Read {
  const message = JSON.parse(body) as Json;
  keysOf(message, ["text", "entities", "link_preview_options"], "a message");
  const whole = text(message["text"], 4_096, "text");
  demand(whole.trim() === whole, "text that Telegram trims, which moves entities");
  const entities = message["entities"] as { type: string; offset: number; length: number; url?: string }[];
  demand(entities.length <= 100, "more than 100 entities");
  const read: Read = { text: whole, parts: whole.split("\n"), links: [], images: [], struck: "" };
  for (const { type, offset, length, url: target } of entities) {
    demand(["bold", "italic", "strikethrough", "text_link"].includes(type), `an entity ${type}`);
    const part = whole.slice(offset, offset + length);
    demand(length > 0 && part.length === length && part.isWellFormed(), "an entity outside of the text");
    if (type === "text_link") read.links.push(url(target, 4_000));
    if (type === "strikethrough") read.struck += part;
  }
  const preview = message["link_preview_options"] as Json;
  if (preview["is_disabled"] !== true) read.images.push(url(preview["url"], 4_000));
  return read;
}
