/**
 * The command line. Exit codes: 0 done, 1 refused or failed, 2 wrong usage.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError, Option } from "commander";
import { CliError } from "./cli-error.ts";
import { endOnClosedPipe } from "./end-signals.ts";
import { load } from "./load-command.ts";
import * as option from "./options.ts";
import { PROJECT_ROOT } from "./paths.ts";
import { addSubscriptionCommands } from "./subscriptions/commands.ts";
import { report } from "./output.ts";

const TOKEN_HELP =
  "The admin token comes from COMMUNIQUE_TOKEN or, for a service on this machine, from .dev.vars.";

const { version } = JSON.parse(readFileSync(join(PROJECT_ROOT, "package.json"), "utf8")) as {
  version: string;
};

const program = new Command("communique")
  .description("Publishes official statements as feeds and signed webhooks.")
  .version(version, "--version", "print the version")
  .showHelpAfterError("(--help lists commands and options)")
  .exitOverride();

program
  .command("start")
  .description("run the service on this machine and publish what content/ holds")
  .option("--port <number>", "port of the service", option.portNumber, option.DEFAULT_PORT)
  .option("--content <folder>", "publish this folder instead of content/")
  .option("--no-content", "publish nothing")
  .option("--persist-to <folder>", "keep the ledger in this folder (default: .wrangler/state)")
  .option(
    "--var <name:value...>",
    "a variable or a secret for this run; repeatable",
    option.variables,
    new Map<string, string>(),
  )
  .option("--host <address>", "listen at this address, as behind a reverse proxy (default: localhost)")
  .option("--verbose", "print everything that the service logs, on stderr", false)
  .action(load(async () => (await import("./start/start-command.ts")).startCommand));

program
  .command("deploy [arguments...]")
  .description("put the service online at Cloudflare")
  .option("--dry-run", "only build, offline", false)
  .option("--secrets <file>", "keep the secrets that it makes in this file (default: .dev.vars)")
  .option("--new-secrets-key", "make a SECRETS_KEY although the Worker has lost one", false)
  .option("-c, --config <file>", "wrangler's configuration", "wrangler.toml")
  .option("-e, --env <name>", "an environment of the configuration")
  .option("--name <name>", "another name for the Worker")
  .option(
    "--var <name:value...>",
    "a variable; repeatable",
    option.publicVariables,
    new Map<string, string>(),
  )
  .addOption(new Option("--secrets-file <file>").argParser(option.replacedBy("--secrets FILE")).hideHelp())
  .allowUnknownOption()
  .addHelpText("after", "\nOther arguments go to `wrangler deploy`.")
  .action(load(async () => (await import("./deploy/deploy-command.ts")).deployCommand));

program
  .command("doctor")
  .description("ask a service as readers, crawlers and browsers would, and name what keeps them out")
  .option("--to <url>", "URL of the service", option.serviceUrl, option.DEFAULT_SERVICE)
  .option("--timeout <seconds>", "how long to wait for each answer", option.seconds, 15)
  .addHelpText(
    "after",
    "\nIt reads what everybody may read, about thirty times. Exit code 1: it found something.",
  )
  .action(load(async () => (await import("./doctor/doctor-command.ts")).doctorCommand));

program
  .command("publish [folder]")
  .description("publish a content folder, or one file of it; unchanged releases stay as they are")
  .option("--to <url>", "URL of the service", option.serviceUrl, option.DEFAULT_SERVICE)
  .option("--dry-run", "check everything, here and at the service, and publish nothing", false)
  .option("--keep-going", "publish the sound files although others are wrong; exit code 1", false)
  .option(
    "--withdraw-missing <reason>",
    "withdraw releases of the service that the folder does not hold, for this reason, and call off those under embargo",
    option.reason,
  )
  .addHelpText(
    "after",
    "\nThe default folder is content/. Its registry.yaml is published with its releases; with a single file, the " +
      `service keeps the registry that it has.\n${TOKEN_HELP}`,
  )
  .action(load(async () => (await import("./publish/publish-command.ts")).publishCommand));

program
  .command("preview [folder]")
  .description("show a content folder as the site would, on this machine alone, as its files change")
  .option("--port <number>", "port of the preview", option.portNumber, option.DEFAULT_PORT + 1)
  .addHelpText(
    "after",
    "\nThe default folder is content/. Drafts and texts under embargo are shown too, with a mark. Nothing is sent.",
  )
  .action(load(async () => (await import("./preview/preview-command.ts")).previewCommand));

program
  .command("check [folder]")
  .description("check a content folder without sending anything")
  .option(
    "--languages <tags>",
    "the service's LANGUAGES, such as de,tr (default: those of wrangler.toml)",
    option.languageList,
  )
  .addHelpText("after", "\nThe default folder is content/.")
  .action(load(async () => (await import("./publish/publish-command.ts")).checkCommand));

program
  .command("new <title>")
  .description("make a new content file that passes check, a draft for today")
  .requiredOption("--lang <tag>", "language of the text, one of the site's", option.languageTag)
  .requiredOption("--type <type>", "type of the release, such as statement")
  .option("--content <folder>", "the content folder (default: content/)")
  .option(
    "--languages <tags>",
    "the service's LANGUAGES, such as de,tr (default: those of wrangler.toml)",
    option.languageList,
  )
  .action(load(async () => (await import("./new-command.ts")).newCommand));

program
  .command("tag <file>")
  .description("suggest facets for a content file or a plain text, from the names in the registry")
  .option("--registry <file>", "the registry (default: content/registry.yaml)")
  .addHelpText("after", "\nNothing is written: copy the values that you accept into the front matter.")
  .action(load(async () => (await import("./tag/tag-command.ts")).tagCommand));

const actions = {
  withdraw: "withdraw a release: it stays readable, under a banner with the reason",
  kill: "remove a release: only its id, its dates and the reason remain",
  reinstate: "restore a release that was withdrawn or killed",
} as const;
for (const action of ["withdraw", "kill", "reinstate"] as const) {
  const command = program
    .command(`${action} <release>`)
    .description(actions[action])
    .requiredOption("--reason <text>", "the reason, for readers", option.reason)
    .option("--to <url>", "URL of the service", option.serviceUrl, option.DEFAULT_SERVICE)
    .option("--content <folder>", "the folder that holds its file (default: content/)")
    .option("--dry-run", "say what would be done, and do nothing", false)
    .addHelpText(
      "after",
      "\nName the release by its id, its content file, or the URL of its page. The status and the reason are " +
        `written into its file, so that every service follows.\n${TOKEN_HELP}`,
    );
  if (action === "kill") command.option("--yes", "do not ask", false);
  command.action(load(async () => (await import("./release-action.ts")).actionCommand(action)));
}

program
  .command("scheduled")
  .description("list what is under embargo, and until when")
  .option("--json", "print the answer of the API", false)
  .option("--to <url>", "URL of the service", option.serviceUrl, option.DEFAULT_SERVICE)
  .addHelpText("after", `\n${TOKEN_HELP}`)
  .action(load(async () => (await import("./scheduled-command.ts")).scheduledCommand));

program
  .command("listen")
  .description("subscribe a receiver on this machine and print each event, with its signature verified")
  .option("--to <url>", "URL of the service", option.serviceUrl, option.DEFAULT_SERVICE)
  .option("--port <number>", "port of the receiver (default: any free port)", option.portNumber)
  .option("--lang <tag>", "only releases in this language; repeatable", option.languages)
  .option("--type <type>", "only releases of this type; repeatable", option.releaseTypes)
  .option("--topic <slug>", "only releases on this topic; repeatable", option.slugs)
  .option("--person <slug>", "only releases about this person; repeatable", option.slugs)
  .option("--organisation <slug>", "only releases about this organisation; repeatable", option.slugs)
  .option("--place <slug>", "only releases about this place; repeatable", option.slugs)
  .option("--q <words>", "only releases with these words")
  .option("--events <type>", "only events of this type; repeatable", option.eventTypes)
  .option("--catch-up", "first print earlier events, fetched from the API", false)
  .option("--after <sequence>", "first print the events after this one", option.sequence)
  .addHelpText("after", "\nFetched events are marked: only webhooks carry a signature.")
  .action(load(async () => (await import("./listen/listen-command.ts")).listenCommand));

addSubscriptionCommands(program, TOKEN_HELP);

program
  .command("reseal")
  .description("seal the secrets of all subscriptions with the first key of SECRETS_KEY")
  .option("--to <url>", "URL of the service", option.serviceUrl, option.DEFAULT_SERVICE)
  .addHelpText("after", `\nRun it before the former key is taken out.\n${TOKEN_HELP}`)
  .action(load(async () => (await import("./reseal-command.ts")).resealCommand));

program
  .command("backup <file>")
  .description("write everything that cannot be rebuilt into one archive")
  .option("--to <url>", "URL of the service", option.serviceUrl, option.DEFAULT_SERVICE)
  .addHelpText("after", `\nKeep the archive as you keep texts under embargo: it holds them.\n${TOKEN_HELP}`)
  .action(load(async () => (await import("./backup/backup-command.ts")).backupCommand));

program
  .command("restore [file]")
  .description("put an archive into an empty service with the same SECRETS_KEY")
  .option("--to <url>", "URL of the service", option.serviceUrl, option.DEFAULT_SERVICE)
  .option("--yes", "do not ask whether the old service has stopped", false)
  .option("--discard", "empty a service whose restore was cut off, and open it", false)
  .addHelpText("after", `\nA restore that was cut off begins again when it is run again.\n${TOKEN_HELP}`)
  .action(load(async () => (await import("./backup/restore-command.ts")).restoreCommand));

program
  .command("import <files...>")
  .description("turn texts copied from web pages into content files, and report every guess")
  .option("--out <folder>", "the content folder (default: content/)")
  .option("--lang <tag>", "language of the texts, as a BCP 47 tag (default: detected)", option.languageTag)
  .option("--source <url>", "URL of the page that the texts were copied from", option.webAddress)
  .action(load(async () => (await import("./import/import-command.ts")).importCommand));

endOnClosedPipe();

try {
  if (process.argv.length <= 2) program.outputHelp();
  else await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof CliError) {
    report(error.lines().join("\n"));
    process.exitCode = 1;
  } else {
    throw error;
  }
}
