/**
 * The names of the formats of deliveries: those of products and standards, the same in every language.
 */
import type { PayloadFormat } from "../domain/subscription.ts";

export const FORMAT_NAMES: Readonly<Record<PayloadFormat, string>> = {
  standard: "Webhook (Standard Webhooks)",
  cloudevents: "Webhook (CloudEvents)",
  superdesk: "Superdesk (ninjs)",
  slack: "Slack",
  teams: "Microsoft Teams",
  telegram: "Telegram",
};
