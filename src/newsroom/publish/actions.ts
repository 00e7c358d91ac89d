/**
 * Withdraws, kills and reinstates a release. The caller holds the transaction.
 */
import type { Sql } from "../../runtime/sql.ts";
import { embargoOfEdition, type ReleaseRow, updateRelease } from "../store/releases.ts";
import { toInstant } from "../store/schema.ts";
import type { Lifecycle } from "./lifecycle.ts";

/** An action on a release as a whole. */
export type Action = "withdraw" | "kill" | "reinstate";

interface ActionDeps {
  sql: Sql;
  lifecycle: Lifecycle;
}

/** The action that gives a release the status that its content file has. */
export const ACTION_TO = { withdrawn: "withdraw", killed: "kill" } as const;

/**
 * The same action for the same reason changes nothing.
 *
 * @returns why the action is impossible; undefined if it is done
 */
export function applyAction(
  deps: ActionDeps,
  action: Action,
  row: ReleaseRow,
  reason: string,
  nowMs: number,
): string | undefined {
  return row.firstSeen === null
    ? actBeforePublication(deps, action, row, nowMs)
    : actOnPublic(deps, action, row, reason, nowMs);
}

function actOnPublic(
  { lifecycle }: ActionDeps,
  action: Action,
  row: ReleaseRow,
  reason: string,
  nowMs: number,
): string | undefined {
  if (action === "withdraw" && row.status === "killed") {
    return "The release is killed; reinstate it before you withdraw it.";
  }
  const status = ({ withdraw: "withdrawn", kill: "killed", reinstate: "published" } as const)[action];
  if (row.status === status && (status === "published" || row.reason === reason)) return undefined;
  lifecycle.setStatus(status, row, reason, nowMs);
  return undefined;
}

/** Acts on a release that was never public: without an event, so that nobody learns of it. */
function actBeforePublication(
  { sql, lifecycle }: ActionDeps,
  action: Action,
  row: ReleaseRow,
  nowMs: number,
): string | undefined {
  switch (action) {
    case "withdraw":
      return "The release is not public yet; kill it, or change its embargo.";
    case "kill":
      updateRelease(sql, row.id, { status: "killed", embargo: null });
      return undefined;
    case "reinstate": {
      if (row.status !== "killed") return undefined;
      const embargo = embargoOfEdition(sql, row.id, row.edition);
      updateRelease(sql, row.id, { status: "embargoed", embargo });
      if (embargo === null || embargo <= toInstant(nowMs)) lifecycle.makePublic(row.id, nowMs);
      return undefined;
    }
  }
}
