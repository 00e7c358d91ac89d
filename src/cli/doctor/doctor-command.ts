/**
 * `communique doctor`: asks a service as its readers would, and names what keeps them out, with the remedy.
 */
import { CliError } from "../cli-error.ts";
import { print, red } from "../output.ts";
import { counted, printable } from "../terminal.ts";
import { examine, type Line } from "./examination.ts";
import { FINDINGS, type FindingKind } from "./findings.ts";

/** @throws CliError if anything keeps a reader out */
export async function doctorCommand({ to, timeout }: { to: URL; timeout: number }): Promise<void> {
  const found: Required<Line>[] = [];
  for await (const line of examine(to, timeout * 1_000)) {
    const { check, finding } = line;
    if (finding === undefined) {
      print(`ok     ${printable(check)}`);
    } else {
      found.push(line);
      print(red(`FOUND  ${printable(`${check}: ${FINDINGS[finding.kind][0]} (${finding.detail})`)}`));
    }
  }
  if (found.length === 0) return print(`Nothing keeps readers out of ${to.origin}.`);
  const kinds = new Set(
    found.flatMap(({ finding }): FindingKind[] => (finding === undefined ? [] : [finding.kind])),
  );
  print(["", ...[...kinds].map((kind) => `${FINDINGS[kind][0]}: ${FINDINGS[kind][1]}.`)].join("\n"));
  throw new CliError(`${counted(found.length, "finding")} at ${to.origin}.`);
}
