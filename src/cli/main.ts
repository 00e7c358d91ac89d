/**
 * The command line. Exit codes: 0 done, 1 refused or failed, 2 wrong usage (CONTRACT 3).
 */
import { Command, CommanderError } from "commander";
import { issueLines, ServiceProblem } from "./api-client.ts";
import { endWhenUnread } from "./end-signals.ts";
import { importCommand } from "./import/import-command.ts";
import { listenCommand } from "./listen/listen-command.ts";
import {
  DEFAULT_PORT,
  DEFAULT_SERVICE,
  eventTypes,
  languages,
  languageTag,
  portNumber,
  reason,
  releaseTypes,
  sequence,
  serviceUrl,
  slugs,
  webAddress,
} from "./option-values.ts";
import { checkCommand, publishCommand } from "./publish/publish-command.ts";
import { CliError } from "./cli-error.ts";
import { actionCommand } from "./release-action.ts";
import { startCommand, type StartOptions } from "./start/start-command.ts";
import { addSubscriptionCommands } from "./subscriptions/commands.ts";
import { tagCommand } from "./tag/tag-command.ts";

const TOKEN_HELP =
  "The admin token is taken from COMMUNIQUE_TOKEN or, for a service on this machine, from .dev.vars.";

const program = new Command("communique")
  .description("Publishes official statements as feeds and signed webhooks.")
  .showHelpAfterError("(--help says what is possible)")
  .exitOverride();

program
  .command("start")
  .description("run the service on this machine, with what is in content/ published")
  .option("--port <number>", "the port of the service", portNumber, DEFAULT_PORT)
  .option("--content <folder>", "publish this content folder instead of content/")
  .option("--no-content", "publish nothing")
  .option("--verbose", "show everything that the service says, on stderr", false)
  .allowUnknownOption()
  .allowExcessArguments()
  .addHelpText(
    "after",
    "\nAll other flags go to `wrangler dev`, such as --persist-to DIR, and --var NAME:VALUE for a variable or a secret.",
  )
  .action((options: StartOptions, command: Command) => startCommand(options, command.args));

program
  .command("publish [folder]")
  .description("make the service hold what a content folder holds; what is there already stays as it is")
  .option("--to <url>", "the service", serviceUrl, DEFAULT_SERVICE)
  .option("--dry-run", "have everything checked, here and by the service, and publish nothing", false)
  .option(
    "--withdraw-missing <reason>",
    "withdraw what the service holds and the folder does not, for this reason",
    reason,
  )
  .addHelpText(
    "after",
    `\nThe folder is content/ if none is named; its registry.yaml is published with it.\n${TOKEN_HELP}`,
  )
  .action(publishCommand);

program
  .command("check [folder]")
  .description("check a content folder without sending anything")
  .addHelpText("after", "\nThe folder is content/ if none is named.")
  .action(checkCommand);

program
  .command("tag <file>")
  .description("propose facets for a content file or a plain text, from the names in the registry")
  .option("--registry <file>", "the registry (default: content/registry.yaml)")
  .addHelpText("after", "\nNothing is written: paste what you accept into the front matter.")
  .action(tagCommand);

const actions = {
  withdraw: "take a release back: it stays readable, under a banner and the reason",
  kill: "remove a release: what remains is its id, its dates and the reason",
  reinstate: "put back a release that was withdrawn or killed",
} as const;
for (const action of ["withdraw", "kill", "reinstate"] as const) {
  program
    .command(`${action} <release>`)
    .description(actions[action])
    .requiredOption("--reason <text>", "why, for readers", reason)
    .option("--to <url>", "the service", serviceUrl, DEFAULT_SERVICE)
    .addHelpText(
      "after",
      `\nThe release is named by its id, its content file, or the URL of its page.\n${TOKEN_HELP}`,
    )
    .action(actionCommand(action));
}

program
  .command("listen")
  .description(
    "subscribe a receiver on this machine, and show each event as it arrives, its signature verified",
  )
  .option("--to <url>", "the service", serviceUrl, DEFAULT_SERVICE)
  .option("--port <number>", "the receiver's port; any free one if not given", portNumber)
  .option("--lang <tag>", "only releases in this language; may be given again", languages)
  .option("--type <type>", "only releases of this type; may be given again", releaseTypes)
  .option("--topic <slug>", "only releases on this topic; may be given again", slugs)
  .option("--person <slug>", "only releases about this person; may be given again", slugs)
  .option("--organisation <slug>", "only releases about this organisation; may be given again", slugs)
  .option("--place <slug>", "only releases about this place; may be given again", slugs)
  .option("--q <words>", "only releases with these words")
  .option("--events <type>", "only events of this type; may be given again", eventTypes)
  .option("--catch-up", "show first what has happened before, fetched over the API", false)
  .option("--after <sequence>", "catch up from this event on, not from the first", sequence)
  .addHelpText("after", "\nWhat is fetched carries no signature, and says so; what arrives is verified.")
  .action(listenCommand);

addSubscriptionCommands(program, TOKEN_HELP);

program
  .command("import <files...>")
  .description("turn texts copied from a page into content files, and say what is not sure about them")
  .option("--out <folder>", "the content folder (default: content/)")
  .option("--lang <tag>", "the language of the texts, as a BCP 47 tag; detected if not given", languageTag)
  .option("--source <url>", "where the texts were taken from", webAddress)
  .action(importCommand);

endWhenUnread();

try {
  if (process.argv.length <= 2) program.outputHelp();
  else await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof CliError) {
    const issues = error instanceof ServiceProblem ? issueLines(error) : [];
    process.stderr.write(`${[error.message, ...issues].join("\n")}\n`);
    process.exitCode = 1;
  } else {
    throw error;
  }
}
