/**
 * One batch of releases sent to the service, and what it says of each.
 */
import * as z from "zod/mini";
import type { Issue } from "../../domain/issues.ts";
import { type ApiClient, unexpectedAnswer, ServiceProblem } from "../api-client.ts";
import type { ContentFile } from "../content/content-file.ts";
import type { Batch } from "./release-batches.ts";

/** The service, and who may write to it. */
export interface Destination {
  client: ApiClient;
  token: string | undefined;
}

const answers = z.object({
  data: z.array(
    z.object({
      id: z.string(),
      edition: z.number(),
      status: z.string(),
      url: z.string(),
      changed: z.boolean(),
    }),
  ),
});

/** What became of one release. */
export type Published = z.infer<typeof answers>["data"][number] & { file: string };

/** A fault that the service found, and the file that it is in; its path is one below the release. */
export interface FoundIssue {
  file: ContentFile;
  issue: Issue;
}

/** @throws CliError, of which {@link issuesByFile} tells the faults */
export async function sendBatch(
  batch: Batch,
  { client, token }: Destination,
  mode: "publish" | "dryRun",
): Promise<Published[]> {
  const answer = await client.send({
    method: "POST",
    path: `/api/v1/releases${mode === "dryRun" ? "?dryRun=true" : ""}`,
    body: batch.body,
    token,
  });
  const parsed = z.safeParse(answers, answer);
  if (!parsed.success || parsed.data.data.length !== batch.files.length) throw unexpectedAnswer(client);
  return parsed.data.data.map((said, index) => ({ ...said, file: batch.files[index]?.file ?? "" }));
}

/** The faults of a batch that was refused; none if it failed for another reason. */
export function issuesByFile(error: unknown, batch: Batch): FoundIssue[] {
  if (!(error instanceof ServiceProblem)) return [];
  return error.issues.flatMap(({ path, message }) => {
    const [, index, rest] = /^\/releases\/(\d+)(.*)$/s.exec(path) ?? [];
    const file = batch.files[Number(index)];
    return file === undefined ? [] : [{ file, issue: { path: rest ?? "", message } }];
  });
}
