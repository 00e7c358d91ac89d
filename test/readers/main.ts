/**
 * `npm run readers`: lets real feed readers poll the service, prints a table and what was wrong. Exit
 * codes: 0 all as it should be, 1 not, or a reader is not installed, 2 wrong usage.
 */
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { tableOf } from "../../src/cli/table.ts";
import type { Exchange } from "./real/counting-proxy.ts";
import { byPresence, nameOf, REAL_READERS } from "./real/real-readers.ts";
import { type Course, isConditional, type Poll, trial } from "./real/trial.ts";
import { showsWholeTexts, type Verdicts, verdictsOn } from "./real/verdicts.ts";

const PROGRAMS = [...new Set(REAL_READERS.map(({ program }) => program))];

const command = new Command("readers")
  .description("Lets real feed readers poll the running service, over a correction and a new release.")
  .option("--reader <name>", `one of ${PROGRAMS.join(", ")}; may be given again`, programName)
  .showHelpAfterError("(--help says what is possible)")
  .exitOverride();

try {
  command.parse();
  const { reader = PROGRAMS } = command.opts<{ reader?: string[] }>();
  process.exitCode = (await run(reader)) ? 0 : 1;
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}

/** @returns whether each reader was there and found all as it should be */
async function run(programs: readonly string[]): Promise<boolean> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));
  const chosen = REAL_READERS.filter(({ program }) => programs.includes(program));
  const { present, missing } = await byPresence(chosen);
  const lines = missing.map(({ program, install }) => `${program} is not installed: ${install}`);
  for (const line of new Set(lines)) console.log(line);
  if (present.length === 0) return false;
  const { courses, day } = await trial(present, (step) => console.log(step));
  const judged = courses.map((course) => ({ course, verdicts: verdictsOn(course, day) }));
  const rows = judged.map(({ course, verdicts }) => rowOf(course, verdicts, showsWholeTexts(course, day)));
  console.log(`\n${tableOf(rows)}\n(status and bytes of body; JSON Feed is read by none of these readers)`);
  const wrong = judged.flatMap(({ course, verdicts }) => issuesOf(course, verdicts));
  console.log(wrong.length === 0 ? "\nall as it should be" : `\n${wrong.join("\n")}`);
  return wrong.length === 0 && missing.length === 0;
}

function rowOf(course: Course, verdicts: Verdicts, isWhole: boolean): Record<string, string> {
  const { reader, format, first, unchanged, changed } = course;
  const isAsking = unchanged.some(({ exchanges }) => exchanges.some(isConditional));
  return {
    reader: nameOf(reader),
    format,
    "asks with": headersOf([...unchanged, changed].flatMap(({ exchanges }) => exchanges)),
    first: answersOf([first]),
    unchanged: answersOf(unchanged),
    changed: answersOf([changed]),
    "all arrive": word(verdicts.arrival, "yes"),
    "no body again": word(verdicts.unchanged, isAsking ? "yes" : "never asks"),
    "new one": word(verdicts.addition, "yes"),
    correction: word(verdicts.correction, reader.correction),
    text: isWhole ? "whole" : "summary",
  };
}

function answersOf(polls: readonly Poll[]): string {
  const answers = polls.flatMap(({ exchanges }) => exchanges);
  return answers.map(({ status, bodyBytes }) => `${status} ${bodyBytes}`).join(", ") || "–";
}

function headersOf(exchanges: readonly Exchange[]): string {
  const asked = exchanges.map((exchange) => exchange.asked);
  const names = [
    ...(asked.some(({ ifNoneMatch }) => ifNoneMatch !== undefined) ? ["ETag"] : []),
    ...(asked.some(({ ifModifiedSince }) => ifModifiedSince !== undefined) ? ["date"] : []),
    ...new Set(asked.flatMap(({ aIm }) => (aIm === undefined ? [] : [`A-IM: ${aIm}`]))),
  ];
  return names.join(", ") || "nothing";
}

function word(faults: readonly string[], ifNone: string): string {
  return faults.length === 0 ? ifNone : "NO";
}

function issuesOf({ reader, format, changed }: Course, verdicts: Verdicts): string[] {
  const faults = Object.values(verdicts).flat() as string[];
  if (faults.length === 0) return [];
  const said = changed.said.trim();
  const isOfLastPoll = verdicts.addition.length + verdicts.correction.length > 0;
  return [
    ...faults.map((fault) => `${nameOf(reader)}, ${format}: ${fault}`),
    ...(said === "" || !isOfLastPoll ? [] : [`  it said: ${said.replaceAll("\n", "\n  ")}`]),
  ];
}

function programName(text: string, before: readonly string[] = []): string[] {
  if (!PROGRAMS.includes(text)) throw new InvalidArgumentError(`It must be one of ${PROGRAMS.join(", ")}.`);
  return [...before, text];
}
