/**
 * Stand-ins for the faulty fields of a content file, so that its other fields can be judged: all faults of a file are
 * named at once.
 */
import * as z from "zod/mini";
import { defined } from "../../domain/defined.ts";
import { type Issue, issuesOf } from "../../domain/issues.ts";
import { frontMatter, type FrontMatter, releaseInput } from "../../domain/release.ts";
import { yamlMessage } from "./yaml-text.ts";

/** Fields with faults, as JSON Pointers. */
export type FaultyPaths = readonly string[];

export interface JudgedFields {
  /** Of the fields and the text as they are written. */
  issues: Issue[];
  /** With stand-ins where there are issues; undefined where even that gives no release. */
  sound?: { fields: FrontMatter; body: string };
}

/** A field that is required gets one of these; any other is taken out. */
const STAND_INS: Readonly<Record<string, unknown>> = {
  lang: "en",
  slug: "stand-in",
  type: "statement",
  title: "Stand-in",
  date: "2000-01-01",
  alt: "",
};
const ATTACHMENT = { url: "https://stand-in.invalid/", type: "application/pdf" };
/** One stand-in can reveal another fault, as of an attachment with two. */
const ROUNDS_MAX = 5;

/** Parses fields and text by their schemas. */
export function judgeFields(given: unknown, givenBody: string): JudgedFields {
  const body = z.safeParse(releaseInput.shape.body, givenBody, { error: yamlMessage });
  const bodyIssues = body.success ? [] : issuesOf(body.error).map((issue) => ({ ...issue, path: "/body" }));
  const issues: Issue[] = [];
  let fields = given;
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const parsed = z.safeParse(frontMatter, fields, { error: yamlMessage });
    if (parsed.success) {
      return { issues: [...issues, ...bodyIssues], sound: { fields: parsed.data, body: body.data ?? "…" } };
    }
    const found = issuesOf(parsed.error);
    // What a stand-in causes is no fault of the file.
    issues.push(...found.filter(({ path }) => !isBelow(path, issues)));
    if (!isRecord(fields)) break;
    fields = found.reduce((repaired, { path }) => repair(repaired, keysOf(path)), fields as unknown);
  }
  return { issues: [...issues, ...bodyIssues], ...defined({ sound: undefined }) };
}

/** Whether one of the faulty fields is, holds or is part of the field at a path. */
export function isBelow(path: string, faults: readonly { path: string }[]): boolean {
  return faults.some(
    (fault) => path === fault.path || path.startsWith(`${fault.path}/`) || fault.path.startsWith(`${path}/`),
  );
}

/** A copy with another value at a path: a stand-in, or none. */
function repair(value: unknown, [key = "", ...rest]: readonly string[], isTop = true): unknown {
  if (Array.isArray(value)) {
    const items = value as unknown[];
    return items.flatMap((item, index) => {
      if (String(index) !== key) return [item];
      const isWhole = rest.length === 0 || !isRecord(item);
      if (isWhole) return typeof item === "string" ? [`stand-in-${index}`] : [ATTACHMENT];
      return [rest[0] === "url" || rest[0] === "type" ? ATTACHMENT : repair(item, rest, false)];
    });
  }
  if (!isRecord(value)) return value;
  const { [key]: old, ...others } = value;
  if (rest.length > 0 && typeof old === "object" && old !== null) {
    if (key === "image" && rest[0] === "url") return others;
    return { ...others, [key]: repair(old, rest, false) };
  }
  const standsIn = (isTop || key === "alt") && Object.hasOwn(STAND_INS, key);
  return standsIn ? { ...others, [key]: STAND_INS[key] } : others;
}

function keysOf(pointer: string): string[] {
  return pointer
    .split("/")
    .slice(1)
    .map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
