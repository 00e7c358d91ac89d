/**
 * What all chat formats have in common. Who knows the URL of a channel may post there, so it is kept as a secret, and no
 * further proof is needed. A chat service checks no signature.
 */
import type { AnswerRules, Format } from "./format.ts";

type ChatFormat = Pick<Format, "releaseBody" | "controlBody" | "finish" | "spacingMs" | "shapes"> &
  Required<Pick<Format, "reasonAgainstUrl">> &
  Pick<AnswerRules, "finalStatuses" | "faultIn" | "retryAfter">;

const REMEDY =
  "the chat service takes no messages at this URL; if it was removed, make a new one and PATCH it, else POST …/resume once it takes messages again";

export function chatFormat({ finalStatuses, faultIn, retryAfter, ...format }: ChatFormat): Format {
  return {
    ...format,
    contentType: "application/json; charset=utf-8",
    needsVerification: false,
    hasSecretUrl: true,
    answers: { finalStatuses, faultIn, retryAfter, remedy: REMEDY },
  };
}
