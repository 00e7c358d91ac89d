/**
 * Calls of the office: what it publishes, and the files that this needs.
 */
import { batchAnswer, file, publishAnswer } from "../answers/releases.ts";
import type { Call, Calls } from "../call.ts";
import { dryRunParameter } from "./parameters.ts";

const RELEASE = {
  lang: "en",
  slug: "statement-on-the-dilijan-summit",
  type: "statement",
  title: "Statement on the Dilijan summit",
  date: "2026-11-26",
  body: "The summit takes place on 1 December.",
};

function action(id: string, summary: string): Call {
  return {
    id,
    tag: "publishing",
    summary,
    body: "ActionInput",
    example: { reason: "The date was wrong" },
    answers: { 200: { description: "The release after it", schema: publishAnswer } },
    errors: ["release-conflict"],
  };
}

export const PUBLISHING_CALLS: Calls = {
  "PUT /api/v1/releases/{id}": {
    id: "putRelease",
    tag: "publishing",
    summary: "Create a release, or publish an edition of it",
    description:
      '`If-Match: "N"` refuses unless N is the present edition; `"0"` and `If-None-Match: *` refuse unless the release is new.',
    parameters: [dryRunParameter],
    body: "ReleaseBody",
    example: RELEASE,
    answers: {
      200: { description: "A further edition, or nothing new", schema: publishAnswer },
      201: { description: "The first edition", schema: publishAnswer },
    },
    errors: [
      "invalid",
      "not-minor",
      "release-conflict",
      "edition-mismatch",
      "malformed-if-match",
      "unsupported-condition",
    ],
  },
  "POST /api/v1/releases": {
    id: "putReleases",
    tag: "publishing",
    summary: "Publish up to 100 releases, all or none",
    parameters: [dryRunParameter],
    body: "ReleaseBatch",
    example: { releases: [{ id: "cc478c9d-9091-4031-92ad-cbfc8561d23d", ...RELEASE }] },
    answers: { 200: { description: "One answer for each release, in order", schema: batchAnswer } },
    errors: ["invalid", "not-minor", "release-conflict"],
  },
  "POST /api/v1/releases/{id}/withdraw": action("withdrawRelease", "Withdraw a release"),
  "POST /api/v1/releases/{id}/kill": action("killRelease", "Kill a release"),
  "POST /api/v1/releases/{id}/reinstate": action("reinstateRelease", "Reinstate a release"),
  "GET /api/v1/files/{sha256}": {
    id: "getFile",
    tag: "publishing",
    summary: "Ask whether a file is stored",
    answers: { 200: { description: "The file is stored", schema: file } },
    errors: ["invalid"],
  },
  "PUT /api/v1/files/{sha256}": {
    id: "putFile",
    tag: "publishing",
    summary: "Store a file",
    otherBody: { type: "*/*", description: "The bytes of the file" },
    answers: {
      200: { description: "The file was stored before", schema: file },
      201: { description: "The file is stored now", schema: file },
    },
    errors: ["invalid", "malformed-body", "body-too-large", "wrong-file-hash", "unknown-file-type"],
  },
};
