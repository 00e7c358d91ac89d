/**
 * Microsoft Teams, through a flow that is started by a request. The flow's template wants an Adaptive Card alone or in a
 * message, and takes the wrong one with 202 and drops it. Texts are runs of RichTextBlock, in which Markdown means nothing.
 */
import { SHAPES } from "../../domain/subscription.ts";
import { chatFormat } from "../chat-format.ts";
import { type ChatMessage, controlMessage, plainText, releaseMessage } from "../chat-message.ts";
import { CHAT_SPACING_MS } from "../limits.ts";

const HOSTS = /(?:^|\.)(?:webhook\.office\.com|powerplatform\.com|logic\.azure\.com)$/;

export const teams = chatFormat({
  releaseBody: (event, _content, site) => card(releaseMessage(event, site)),
  controlBody: (event, site) => {
    const content = card(controlMessage(event, site));
    return event.type === "subscription.test" && event.trial !== undefined
      ? `${event.trial.shape}:${content}`
      : content;
  },
  finish: (text, { shape }) => {
    // A trial names its own shape; everything else has that of the subscription at the moment of sending.
    const [, tried, content = text] = /^(message|card):(.*)$/s.exec(text) ?? [];
    return (tried ?? shape) === "card" ? content : inMessage(content);
  },
  shapes: SHAPES,
  reasonAgainstUrl: ({ hostname }) =>
    HOSTS.test(hostname)
      ? undefined
      : "must be the URL of a flow or an incoming webhook of Teams, at powerplatform.com, logic.azure.com or webhook.office.com",
  spacingMs: CHAT_SPACING_MS,
  finalStatuses: [403, 404, 410],
  /** `{"error":{"code":"WorkflowNotFound",…}}` */
  faultIn: (answer) => /"code"\s*:\s*"(\w{2,60})"/.exec(answer)?.[1],
});

function inMessage(content: string): string {
  // The card is JSON already, and stays byte for byte.
  return `{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","contentUrl":null,"content":${content}}]}`;
}

function card(message: ChatMessage): string {
  const { lang, isRightToLeft, isRetraction, isTitleStruck, mark, title, url, facts, lines, image, links } =
    message;
  const color = isRetraction ? { color: "Attention" } : {};
  const bold = { weight: "Bolder" };
  const open = url === undefined ? {} : { selectAction: { type: "Action.OpenUrl", url } };
  const strike = isTitleStruck ? { strikethrough: true } : {};
  return JSON.stringify({
    type: "AdaptiveCard",
    $schema: "http://adaptivecards.io/schemas/adaptive-card.json",
    version: "1.5",
    lang,
    ...(isRightToLeft && { rtl: true }),
    fallbackText: plainText(message),
    msteams: { width: "Full" },
    body: [
      block([
        ...(mark === "" ? [] : [run(mark, { ...bold, ...color, size: "Medium" })]),
        run(title, { ...bold, ...color, ...strike, ...open, size: "Medium" }),
      ]),
      ...(facts === "" ? [] : [block([run(facts, { isSubtle: true })])]),
      ...(image === undefined ? [] : [{ type: "Image", url: image.url, altText: image.alt }]),
      ...lines.map(({ label, text }) =>
        block([...(label === "" ? [] : [run(label, bold)]), run(text, label === "" ? color : {})]),
      ),
    ],
    actions: links.map(({ text, url: target }) => ({ type: "Action.OpenUrl", title: text, url: target })),
  });
}

function block(inlines: readonly object[]): object {
  return { type: "RichTextBlock", inlines };
}

function run(text: string, style: object): object {
  return { type: "TextRun", text, ...style };
}
