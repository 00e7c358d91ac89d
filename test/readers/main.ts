/**
 * `npm run readers`: real feed readers poll the service. Prints a table and the issues.
 * Exit codes: 0 no issues, 1 issues or a missing reader, 2 wrong usage.
 */
import { Command, CommanderError, InvalidArgumentError } from "commander";
import { tableOf } from "../../src/cli/table.ts";
import type { Exchange } from "./real/counting-proxy.ts";
import { byPresence, nameOf, REAL_READERS } from "./real/real-readers.ts";
import { type Course, isConditional, type Poll, runTrial } from "./real/trial.ts";
import { showsWholeTexts, type Verdicts, verdictsOn } from "./real/verdicts.ts";

const PROGRAMS = [...new Set(REAL_READERS.map(({ program }) => program))];

const command = new Command("readers")
  .description("Real feed readers poll the running service, before and after a correction and a new release.")
  .option("--reader <name>", `one of ${PROGRAMS.join(", ")}; can be repeated`, programName)
  .showHelpAfterError("(see --help)")
  .exitOverride();

try {
  command.parse();
  const { reader = PROGRAMS } = command.opts<{ reader?: string[] }>();
  process.exitCode = (await run(reader)) ? 0 : 1;
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}

/** @returns whether every reader is installed and none has issues */
async function run(programs: readonly string[]): Promise<boolean> {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));
  const chosen = REAL_READERS.filter(({ program }) => programs.includes(program));
  const { present, missing } = await byPresence(chosen);
  const lines = missing.map(({ program, install }) => `${program} is not installed: ${install}`);
  for (const line of new Set(lines)) console.log(line);
  if (present.length === 0) return false;
  const { courses, releases } = await runTrial(present, (step) => console.log(step));
  const results = courses.map((course) => ({ course, verdicts: verdictsOn(course, releases) }));
  const rows = results.map(({ course, verdicts }) =>
    rowOf(course, verdicts, showsWholeTexts(course, releases)),
  );
  console.log(`\n${tableOf(rows)}\n(HTTP status and body bytes; none of these readers supports JSON Feed)`);
  const issues = results.flatMap(({ course, verdicts }) => issuesOf(course, verdicts));
  console.log(issues.length === 0 ? "\nno issues" : `\n${issues.join("\n")}`);
  return issues.length === 0 && missing.length === 0;
}

function rowOf(course: Course, verdicts: Verdicts, isWhole: boolean): Record<string, string> {
  const { reader, format, first, unchanged, changed } = course;
  const isConditionalReader = unchanged.some(({ exchanges }) => exchanges.some(isConditional));
  return {
    reader: nameOf(reader),
    format,
    "request headers": formatHeaders([...unchanged, changed].flatMap(({ exchanges }) => exchanges)),
    first: formatAnswers([first]),
    unchanged: formatAnswers(unchanged),
    changed: formatAnswers([changed]),
    "all arrive": word(verdicts.arrival, "yes"),
    "no second body": word(verdicts.unchanged, isConditionalReader ? "yes" : "unconditional"),
    "new release": word(verdicts.addition, "yes"),
    correction: word(verdicts.correction, reader.correction),
    text: isWhole ? "whole" : "summary",
  };
}

function formatAnswers(polls: readonly Poll[]): string {
  const answers = polls.flatMap(({ exchanges }) => exchanges);
  return answers.map(({ status, bodyBytes }) => `${status} ${bodyBytes}`).join(", ") || "–";
}

function formatHeaders(exchanges: readonly Exchange[]): string {
  const conditions = exchanges.map((exchange) => exchange.condition);
  const names = [
    ...(conditions.some(({ ifNoneMatch }) => ifNoneMatch !== undefined) ? ["ETag"] : []),
    ...(conditions.some(({ ifModifiedSince }) => ifModifiedSince !== undefined) ? ["date"] : []),
    ...new Set(conditions.flatMap(({ aIm }) => (aIm === undefined ? [] : [`A-IM: ${aIm}`]))),
  ];
  return names.join(", ") || "none";
}

function word(issues: readonly string[], success: string): string {
  return issues.length === 0 ? success : "NO";
}

function issuesOf({ reader, format, changed }: Course, verdicts: Verdicts): string[] {
  const issues = Object.values(verdicts).flat() as string[];
  if (issues.length === 0) return [];
  const output = changed.output.trim();
  const isOfLastPoll = verdicts.addition.length + verdicts.correction.length > 0;
  return [
    ...issues.map((issue) => `${nameOf(reader)}, ${format}: ${issue}`),
    ...(output === "" || !isOfLastPoll ? [] : [`  output: ${output.replaceAll("\n", "\n  ")}`]),
  ];
}

function programName(text: string, before: readonly string[] = []): string[] {
  if (!PROGRAMS.includes(text)) throw new InvalidArgumentError(`Expected one of ${PROGRAMS.join(", ")}`);
  return [...before, text];
}
