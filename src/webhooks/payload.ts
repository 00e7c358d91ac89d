/**
 * The formats of deliveries, by the name that a subscription gives.
 */
import type { DeliveryFormat } from "../domain/subscription.ts";
import type { Format } from "./format.ts";
import { cloudevents } from "./formats/cloudevents.ts";
import { slack } from "./formats/slack.ts";
import { standard } from "./formats/standard.ts";
import { superdesk } from "./formats/superdesk.ts";
import { teams } from "./formats/teams.ts";
import { telegram } from "./formats/telegram.ts";
import { websub } from "./formats/websub.ts";

export const FORMATS: Readonly<Record<DeliveryFormat, Format>> = {
  standard,
  cloudevents,
  superdesk,
  slack,
  teams,
  telegram,
  websub,
};
