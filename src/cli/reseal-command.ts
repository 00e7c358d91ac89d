/**
 * `communique reseal`: the step between putting a new SECRETS_KEY in front and taking the former one out.
 */
import * as z from "zod/mini";
import { findAdminToken } from "./admin-token.ts";
import { ApiClient } from "./api-client.ts";
import { CliError } from "./cli-error.ts";
import { print } from "./output.ts";
import { startProgress } from "./progress.ts";
import { counted } from "./terminal.ts";

const step = z.object({
  resealed: z.number(),
  unreadable: z.array(z.string()),
  next: z.nullable(z.string()),
});

/** @throws CliError that names the subscriptions that no key opens */
export async function resealCommand({ to }: { to: URL }): Promise<void> {
  const client = new ApiClient(to, await findAdminToken(to));
  const progress = startProgress();
  const unreadable: string[] = [];
  let resealed = 0;
  try {
    for (let next: string | null = ""; next !== null;) {
      const done: z.infer<typeof step> = await client.post(
        step,
        `/api/v1/reseal?after=${encodeURIComponent(next)}`,
      );
      resealed += done.resealed;
      unreadable.push(...done.unreadable);
      next = done.next;
      progress.show(`sealed again: ${resealed}`);
    }
  } finally {
    progress.end();
  }
  if (unreadable.length > 0) {
    throw new CliError(
      [
        `No key in SECRETS_KEY opens the secrets of ${counted(unreadable.length, "subscription")}: ${unreadable.join(", ")}`,
        "Put the key that sealed them behind the present one. If it is lost, rotate the secret of each without overlap and set its header again, or delete it.",
      ].join("\n"),
    );
  }
  print(`${counted(resealed, "subscription")} sealed again: the first key of SECRETS_KEY opens all secrets.`);
}
