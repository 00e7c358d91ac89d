/**
 * Telegram's Bot API, `sendMessage` (core.telegram.org/bots/api). The text is plain, and `entities` say what is bold or a
 * link, by UTF-16 units: nothing needs an escape. The URL names the bot and the chat.
 */
import { chatFormat } from "../chat-format.ts";
import { type ChatMessage, controlMessage, releaseMessage } from "../chat-message.ts";
import { TELEGRAM_API } from "../../domain/subscription.ts";
import { TELEGRAM_SPACING_MS } from "../limits.ts";

export const telegram = chatFormat({
  releaseBody: (event, _content, site) => body(releaseMessage(event, site)),
  controlBody: (event, site) => body(controlMessage(event, site)),
  reasonAgainstUrl: ({ origin, pathname, searchParams }) =>
    origin === TELEGRAM_API && /^\/bot[^/]+\/sendMessage$/.test(pathname) && searchParams.has("chat_id")
      ? undefined
      : `must be ${TELEGRAM_API}/botTOKEN/sendMessage?chat_id=CHAT; or leave it out, and give \`telegram\` with \`token\` and \`chat\``,
  spacingMs: TELEGRAM_SPACING_MS,
  // Of a token that was revoked Telegram answers 401.
  finalStatuses: [401, 403, 404, 410],
  faultIn: (answer) => {
    const { description } = parse(answer);
    return typeof description === "string" && description !== "" ? description.slice(0, 200) : undefined;
  },
  retryAfter: (answer) => {
    const seconds = parse(answer).parameters?.retry_after;
    return typeof seconds === "number" ? String(seconds) : null;
  },
});

interface Answer {
  description?: unknown;
  parameters?: { retry_after?: unknown } | null;
}

function parse(answer: string): Answer {
  try {
    const parsed: unknown = JSON.parse(answer);
    return typeof parsed === "object" && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

interface Entity {
  type: "bold" | "italic" | "strikethrough" | "text_link";
  offset: number;
  length: number;
  url?: string;
}

class StyledText {
  text = "";
  readonly entities: Entity[] = [];

  add(text: string, ...styles: Pick<Entity, "type" | "url">[]): this {
    const at = { offset: this.text.length, length: text.length };
    if (text !== "") this.entities.push(...styles.map((style) => ({ ...style, ...at })));
    this.text += text;
    return this;
  }
}

function body({ mark, title, url, isTitleStruck, facts, lines, image, links }: ChatMessage): string {
  const styled = new StyledText();
  const bold = { type: "bold" } as const;
  styled.add(mark, bold);
  styled.add(
    title,
    bold,
    ...(url === undefined ? [] : [{ type: "text_link", url } as const]),
    ...(isTitleStruck ? [{ type: "strikethrough" } as const] : []),
  );
  if (facts !== "") styled.add("\n").add(facts, { type: "italic" });
  for (const { label, text } of lines) styled.add("\n\n").add(label, bold).add(text);
  for (const [index, { text, url: target }] of links.entries()) {
    styled.add(index === 0 ? "\n\n" : " · ").add(text, { type: "text_link", url: target });
  }
  return JSON.stringify({
    text: styled.text,
    entities: styled.entities,
    link_preview_options:
      image === undefined
        ? { is_disabled: true }
        : { url: image.url, prefer_large_media: true, show_above_text: true },
  });
}
