/**
 * rss2email, which mails each entry, here into a maildir.
 *
 * By default it mails each id once and ignores corrections. With `reply-changes` it mails a changed text as
 * a reply to the earlier mail. It uses the first plain text of an entry; in Atom, that is the summary.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isOnPath, runChecked } from "./program.ts";
import { pythonThatImports } from "./python.ts";
import type { CorrectionSeen, ReadItem, RealReader, Subscribed } from "./real-reader.ts";

const MAILS_OF_MAILDIR = join(import.meta.dirname, "mails-of-maildir.py");

interface Mail extends ReadItem {
  messageId: string;
  inReplyTo: string | null;
}

const common = {
  program: "rss2email",
  install: "apt-get install rss2email",
  isInstalled: () => isOnPath("r2e"),
};

export const rss2email: RealReader = {
  ...common,
  setup: "",
  subscribe: async (feed, home) => subscribe(feed, home, []),
  correction: "not mailed",
  issuesOfCorrection: ({ before, after }) =>
    JSON.stringify(after) === JSON.stringify(before) ? [] : [`mailed ${after.length} times`],
};

export const rss2emailReplying: RealReader = {
  ...common,
  setup: "reply-changes",
  subscribe: async (feed, home) => subscribe(feed, home, ["reply-changes = True"]),
  correction: "mailed as a reply",
  issuesOfCorrection: issuesOfReply,
};

async function subscribe(feed: URL, home: string, settings: readonly string[]): Promise<Subscribed> {
  const mail = join(home, "mail");
  const config = join(home, "rss2email.cfg");
  const data = join(home, "rss2email.json");
  const lines = [
    "[DEFAULT]",
    "to = desk@desk.invalid",
    "email-protocol = maildir",
    `maildir-path = ${mail}`,
    "maildir-mailbox = inbox",
    "body-width = -1",
    ...settings,
    "[feed.communique]",
    `url = ${feed.href}`,
  ];
  await writeFile(config, `${lines.join("\n")}\n`);
  await mkdir(mail);
  return {
    poll: async () => {
      const { stdout, stderr } = await runChecked("r2e", ["-c", config, "-d", data, "run"], home);
      return stdout + stderr;
    },
    items: async () => {
      const python = (await pythonThatImports("mailbox")) ?? "python3";
      const { stdout } = await runChecked(python, [MAILS_OF_MAILDIR, join(mail, "inbox")], home);
      const mails = JSON.parse(stdout) as Mail[];
      await checkSeenIds(mails, data);
      return mails;
    },
  };
}

/** @throws {Error} if the stored list of seen ids differs from the mailed ids */
async function checkSeenIds(mails: readonly Mail[], data: string): Promise<void> {
  const { feeds } = JSON.parse(await readFile(data, "utf8")) as { feeds: { seen: object }[] };
  const seen = Object.keys(feeds[0]?.seen ?? {}).sort();
  const mailed = [...new Set(mails.map(({ id }) => id))].sort();
  if (JSON.stringify(seen) !== JSON.stringify(mailed)) {
    throw new Error(`rss2email has seen ${seen.join(", ")} and mailed ${mailed.join(", ")}`);
  }
}

function issuesOfReply({ before, after, title, words }: CorrectionSeen): string[] {
  const [first, ...further] = before as Mail[];
  const replies = (after as Mail[]).filter(({ messageId }) => messageId !== first?.messageId);
  const [reply] = replies;
  if (first === undefined || further.length > 0) return [`${before.length} mails before the correction`];
  if (reply === undefined) return ["there is no reply"];
  return [
    ...(replies.length > 1 ? [`there are ${replies.length} replies`] : []),
    ...(reply.inReplyTo === first.messageId ? [] : [`the mail is a reply to ${reply.inReplyTo}`]),
    ...(reply.title === title ? [] : [`its subject is “${reply.title}”`]),
    ...(reply.text.includes(words) ? [] : ["its text is still the old one"]),
  ];
}
