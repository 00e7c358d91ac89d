/**
 * The commands about subscriptions and what they were sent, with their options.
 */
import type { Command } from "commander";
import { Option } from "commander";
import { SUBSCRIPTION_STATUSES } from "../../domain/subscription.ts";
import {
  DEFAULT_SERVICE,
  sequence,
  serviceUrl,
  spanEnd,
  spanInstant,
  wholeNumber,
} from "../option-values.ts";
import { deliveriesCommand } from "./deliveries-command.ts";
import { replayCommand, type ReplayAsked } from "./replay-command.ts";
import { subscriptionsCommand } from "./subscriptions-command.ts";

const STATES = ["pending", "held", "delivered", "failed", "replaced", "not-sent"];
/** Of the log, as many as a screen or two hold. */
const SHOWN_DEFAULT = 50;

const subscription_HELP =
  "A subscription is named by its subscription's id, the beginning of that, or text of its URL or description.";

interface ReplayOptions {
  to: URL;
  after?: number;
  from?: string;
  until?: string;
  event?: string;
  release?: string;
}

/** @param tokenHelp where the admin token comes from, for their help */
export function addSubscriptionCommands(program: Command, tokenHelp: string): void {
  const help = (example: string) => `\n${subscription_HELP}\n${tokenHelp}\n\nFor example:\n${example}`;
  program
    .command("subscriptions [subscription]")
    .description("show how all subscriptions do, worst first; of one, everything")
    .addOption(new Option("--status <status>", "only those that are").choices(SUBSCRIPTION_STATUSES))
    .addOption(new Option("--sort <order>", "worst or newest first").choices(["trouble", "created"]))
    .addOption(
      new Option("--pause", "hold what comes for the subscription")
        .default(false)
        .conflicts(["resume", "verify"]),
    )
    .addOption(
      new Option("--resume", "send the subscription what was held").default(false).conflicts("verify"),
    )
    .option("--verify", "ask the subscription's endpoint anew whether it wants this", false)
    .option("--json", "print what the API answers", false)
    .option("--to <url>", "the service", serviceUrl, DEFAULT_SERVICE)
    .addHelpText(
      "after",
      help(
        "  npm run communique -- subscriptions\n  npm run communique -- subscriptions desk.example --resume",
      ) +
        "\n\nOf more than a hundred subscriptions those in least trouble are shown as they last reported, within the hour.",
    )
    .action((subscription: string | undefined, options, command: Command) => {
      if (subscription === undefined && (options.pause || options.resume || options.verify)) {
        command.error("error: --pause, --resume and --verify need a subscription", { exitCode: 2 });
      }
      return subscriptionsCommand(subscription, options);
    });

  program
    .command("deliveries <subscription> [release]")
    .description(
      "show what a subscription was sent; of one release, what became of it there, why, and what to do",
    )
    .addOption(new Option("--state <state>", "only those that are").choices(STATES))
    .option("--event <event>", "every attempt of one event, by its sequence or id")
    .option("--limit <number>", "how many of the newest", wholeNumber, SHOWN_DEFAULT)
    .option("--json", "print what the API answers", false)
    .option("--to <url>", "the service", serviceUrl, DEFAULT_SERVICE)
    .addHelpText(
      "after",
      help("  npm run communique -- deliveries desk.example https://press.example/en/releases/statement") +
        "\n\nThe release is named by its id, its content file, or the URL of its page.",
    )
    .action((subscription: string, release: string | undefined, options, command: Command) => {
      if (options.state === "not-sent" && release === undefined) {
        command.error("error: what was not sent is shown of one release: name it behind the subscription", {
          exitCode: 2,
        });
      }
      return deliveriesCommand(subscription, release, options);
    });

  program
    .command("replay <subscription>")
    .description("send a subscription again, now, what it did not get")
    .option("--release <release>", "what of a release has not arrived; if all has, all of it")
    .option("--event <event>", "one event, by its sequence or id")
    .option("--after <sequence>", "all that its filter takes, after this event", sequence)
    .option("--from <instant>", "the same, from this instant on", spanInstant)
    .option("--until <end>", "up to this sequence, or with --from up to this instant", spanEnd)
    .option("--to <url>", "the service", serviceUrl, DEFAULT_SERVICE)
    .addHelpText(
      "after",
      help(
        "  npm run communique -- replay desk.example --release content/statement.md\n" +
          "  npm run communique -- replay desk.example --from 2026-11-23T09:00:00Z",
      ) + "\n\nThe release is named by its id, its content file, or the URL of its page.",
    )
    .action((subscription: string, options: ReplayOptions, command: Command) => {
      const asked = askedOf(options);
      if (typeof asked === "string") return command.error(`error: ${asked}`, { exitCode: 2 });
      return replayCommand(subscription, asked, options.to);
    });
}

/** What is to be sent again, or what is wrong with how it was asked for. */
function askedOf({ after, from, until, event, release }: ReplayOptions): ReplayAsked | string {
  const given = [after, from, event, release].filter((one) => one !== undefined);
  if (given.length !== 1) return "give one of --release, --event, --after and --from";
  if (event !== undefined || release !== undefined) {
    if (until !== undefined) return "--until goes with --after or --from";
    return event === undefined ? { kind: "release", release: release ?? "" } : { kind: "event", event };
  }
  if (after !== undefined) {
    if (until === undefined) return { kind: "span", span: { after } };
    if (!/^\d+$/.test(until)) return "with --after, --until is a sequence";
    return { kind: "span", span: { after, to: Number(until) } };
  }
  if (until !== undefined && /^\d+$/.test(until)) return "with --from, --until is an instant";
  return { kind: "span", span: { from: from ?? "", ...(until !== undefined && { to: until }) } };
}
