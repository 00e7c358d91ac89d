/**
 * The options of `subscriptions`, `deliveries` and `replay`.
 */
import { type Command, Option } from "commander";
import { defined } from "../../domain/defined.ts";
import { SUBSCRIPTION_STATUSES } from "../../domain/subscription.ts";
import { load } from "../load-command.ts";
import { DEFAULT_SERVICE, instant, rowLimit, sequence, sequenceOrInstant, serviceUrl } from "../options.ts";
import type { ReplayTarget } from "./replay-command.ts";

const STATES = ["pending", "held", "delivered", "failed", "replaced", "dropped", "not-sent"];
/** Deliveries that fit on a screen or two. */
const DELIVERIES_DEFAULT = 50;

const SUBSCRIPTION_HELP =
  "Name the subscription by its id, the beginning of its id, or part of its URL or description.";
const RELEASE_HELP = "Name the release by its id, its content file, or the URL of its page.";

interface ReplayOptions {
  to: URL;
  after?: number;
  from?: string;
  until?: string;
  event?: string;
  release?: string;
}

/** @param tokenHelp says where the admin token comes from */
export function addSubscriptionCommands(program: Command, tokenHelp: string): void {
  const help = (...examples: string[]) =>
    [
      `\n${SUBSCRIPTION_HELP}`,
      tokenHelp,
      "\nExamples:",
      ...examples.map((words) => `  npm run communique -- ${words}`),
    ].join("\n");
  program
    .command("subscriptions [subscription]")
    .description("show the state of all subscriptions, worst first, or everything about one")
    .addOption(
      new Option("--status <status>", "only subscriptions in this status").choices(SUBSCRIPTION_STATUSES),
    )
    .addOption(new Option("--sort <order>", "worst or newest first").choices(["trouble", "created"]))
    .addOption(new Option("--pause", "hold its deliveries").default(false).conflicts(["resume", "verify"]))
    .addOption(new Option("--resume", "send its held deliveries").default(false).conflicts("verify"))
    .option("--verify", "send its endpoint another verification request", false)
    .addOption(
      new Option("--rotate-token", "replace its token; the former one stops at once")
        .default(false)
        .conflicts(["pause", "resume", "verify"]),
    )
    .option("--json", "print the answer of the API", false)
    .option("--to <url>", "URL of the service", serviceUrl, DEFAULT_SERVICE)
    .addHelpText(
      "after",
      help("subscriptions", "subscriptions desk.example --resume") +
        "\n\nThe 100 worst are shown as they are now; the others as they last reported, within the hour.",
    )
    .action(async (subscription: string | undefined, options, command: Command) => {
      const acts = options.pause || options.resume || options.verify || options.rotateToken;
      if (subscription === undefined && acts) {
        command.error("error: --pause, --resume, --verify and --rotate-token need a subscription", {
          exitCode: 2,
        });
      }
      const { subscriptionsCommand } = await import("./subscriptions-command.ts");
      return subscriptionsCommand(subscription, options);
    });

  program
    .command("deliveries <subscription> [release]")
    .description("show what a subscription was sent; for one release, what happened, why, and what to do")
    .addOption(new Option("--state <state>", "only deliveries in this state").choices(STATES))
    .option("--event <event>", "every attempt of one event, by its sequence or id")
    .option("--limit <number>", "how many of the newest deliveries", rowLimit, DELIVERIES_DEFAULT)
    .option("--json", "print the answer of the API", false)
    .option("--to <url>", "URL of the service", serviceUrl, DEFAULT_SERVICE)
    .addHelpText(
      "after",
      `${help("deliveries desk.example https://press.example/en/releases/statement")}\n\n${RELEASE_HELP}`,
    )
    .action(async (subscription: string, release: string | undefined, options, command: Command) => {
      if (options.state === "not-sent" && release === undefined) {
        command.error("error: --state not-sent needs a release, after the subscription", { exitCode: 2 });
      }
      const { deliveriesCommand } = await import("./deliveries-command.ts");
      return deliveriesCommand(subscription, release, options);
    });

  program
    .command("recipients <release>")
    .description("show which subscriptions have a release, which have not, and why")
    .option("--json", "print the answers of the API", false)
    .option("--to <url>", "URL of the service", serviceUrl, DEFAULT_SERVICE)
    .addHelpText("after", `\n${RELEASE_HELP}\n${tokenHelp}`)
    .action(load(async () => (await import("./recipients-command.ts")).recipientsCommand));

  program
    .command("replay <subscription>")
    .description("send a subscription, now, what it did not get")
    .option("--release <release>", "the events of a release that did not arrive; if all did, all of them")
    .option("--event <event>", "one event, by its sequence or id")
    .option("--after <sequence>", "every event after this one that its filter takes", sequence)
    .option("--from <instant>", "every event from this instant on that its filter takes", instant)
    .option(
      "--until <end>",
      "the last event: with --after a sequence, with --from an instant",
      sequenceOrInstant,
    )
    .option("--to <url>", "URL of the service", serviceUrl, DEFAULT_SERVICE)
    .addHelpText(
      "after",
      `${help(
        "replay desk.example --release content/statement.md",
        "replay desk.example --from 2026-11-23T09:00:00Z",
      )}\n\n${RELEASE_HELP}`,
    )
    .action(async (subscription: string, options: ReplayOptions, command: Command) => {
      const target = targetOf(options);
      if (typeof target === "string") return command.error(`error: ${target}`, { exitCode: 2 });
      const { replayCommand } = await import("./replay-command.ts");
      return replayCommand(subscription, target, options.to);
    });
}

/** What to send, or what is wrong with the options. */
function targetOf({ after, from, until, event, release }: ReplayOptions): ReplayTarget | string {
  const given = [after, from, event, release].filter((option) => option !== undefined);
  if (given.length !== 1) return "give one of --release, --event, --after and --from";
  const end = until === undefined ? "absent" : /^\d+$/.test(until) ? "sequence" : "instant";
  if (after !== undefined) {
    if (end === "instant") return "with --after, --until is a sequence";
    return { span: defined({ after, to: until === undefined ? undefined : Number(until) }) };
  }
  if (from !== undefined) {
    return end === "sequence" ? "with --from, --until is an instant" : { span: defined({ from, to: until }) };
  }
  if (until !== undefined) return "--until needs --after or --from";
  return event === undefined ? { release: release ?? "" } : { event };
}
