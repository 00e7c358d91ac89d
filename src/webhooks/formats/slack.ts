/**
 * Slack's incoming webhooks (docs.slack.dev). Texts are elements of rich text, which Slack does not parse: a title needs
 * no escape, and cannot mention anybody. Only `text`, the words of the notification, is markup.
 */
import { chatFormat } from "../chat-format.ts";
import { type ChatMessage, controlMessage, plainText, releaseMessage } from "../chat-message.ts";
import { cutText } from "../cut-text.ts";
import { CHAT_SPACING_MS, CHAT_TEXT_UNITS_MAX } from "../limits.ts";

export const slack = chatFormat({
  releaseBody: (event, _content, site) => body(releaseMessage(event, site)),
  controlBody: (event, site) => body(controlMessage(event, site)),
  // Slack refuses a whole message whose image it cannot fetch, as it may not for a moment. A retry goes without.
  finish: (text, { attempt }) => (attempt === 1 ? text : withoutImage(text)),
  reasonAgainstUrl: ({ hostname, pathname }) =>
    /^hooks\.slack(?:-gov)?\.com$/.test(hostname) && /^\/services(?:\/\w+){3}\/?$/.test(pathname)
      ? undefined
      : "must be the URL of an incoming webhook of Slack, https://hooks.slack.com/services/…",
  spacingMs: CHAT_SPACING_MS,
  finalStatuses: [403, 404, 410],
  /** `channel_is_archived` and the like. */
  faultIn: (answer) => /^[a-z_]{2,60}$/.exec(answer.trim())?.[0],
});

interface Element {
  type: "text" | "link";
  text: string;
  url?: string;
  style?: { bold?: boolean; strike?: boolean; italic?: boolean };
}

function body(message: ChatMessage): string {
  const { mark, title, url, isTitleStruck, facts, lines, image, links } = message;
  const style = { bold: true, ...(isTitleStruck && { strike: true }) } as const;
  const paragraphs: Element[][] = [
    [
      ...(mark === "" ? [] : [{ type: "text", text: mark, style: { bold: true } } as const]),
      url === undefined ? { type: "text", text: title, style } : { type: "link", url, text: title, style },
    ],
    ...(facts === "" ? [] : [[{ type: "text", text: facts, style: { italic: true } } as const]]),
    ...lines.map(({ label, text }): Element[] => [
      ...(label === "" ? [] : [{ type: "text", text: label, style: { bold: true } } as const]),
      { type: "text", text },
    ]),
    ...links.map(({ text, url: target }): Element[] => [{ type: "link", url: target, text }]),
  ];
  return JSON.stringify({
    text: escape(plainText(message)),
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      ...paragraphs.map((elements) => ({
        type: "rich_text",
        elements: [{ type: "rich_text_section", elements }],
      })),
      ...(image !== undefined && isShown(image)
        ? [
            {
              type: "image",
              image_url: image.url,
              alt_text: image.alt || cutText(title, CHAT_TEXT_UNITS_MAX),
            },
          ]
        : []),
    ],
  });
}

function isShown({ url, type }: NonNullable<ChatMessage["image"]>): boolean {
  return type === undefined
    ? /\.(?:png|jpe?g|gif)$/i.test(new URL(url).pathname)
    : /^image\/(?:png|jpeg|gif)$/.test(type);
}

/** Slack's three control characters: others mean nothing outside of `<…>`. */
function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function withoutImage(text: string): string {
  const message = JSON.parse(text) as { blocks: { type: string }[] };
  return JSON.stringify({ ...message, blocks: message.blocks.filter(({ type }) => type !== "image") });
}
