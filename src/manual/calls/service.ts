/**
 * Calls about the service itself, its backup and its restore.
 */
import * as answers from "../answers/service.ts";
import type { Calls, Parameter } from "../call.ts";
import { dryRunParameter } from "./parameters.ts";

const NEXT: Parameter = {
  name: "after",
  description: "The `next` of the call before",
  schema: { type: "string" },
};

export const SERVICE_CALLS: Calls = {
  "GET /healthz": {
    id: "getHealth",
    tag: "service",
    summary: "Ask whether the service can work",
    answers: { 200: { description: "It can", schema: answers.health } },
    errors: ["secrets-unreadable", "wording-missing"],
    hasMoreForAdmin: true,
  },
  "GET /.well-known/webhook-keys.json": {
    id: "getWebhookKeys",
    tag: "service",
    summary: "Read the public keys of `v1a` signatures",
    answers: {
      200: { description: "A JWK Set (RFC 7517)", schema: answers.keySet, type: "application/jwk-set+json" },
    },
  },
  "GET /api/v1/registry": {
    id: "getRegistry",
    tag: "service",
    summary: "Read the values of each facet, with their names",
    answers: {
      200: { description: "The registry", schema: answers.registryView },
      304: { description: "The client has it as it is" },
    },
    errors: ["too-many-requests"],
    hasMoreForAdmin: true,
  },
  "PUT /api/v1/registry": {
    id: "putRegistry",
    tag: "publishing",
    summary: "Replace the registry",
    body: "RegistryInput",
    example: { topics: [{ slug: "energy", names: { en: "Energy", fr: "Énergie" } }] },
    answers: { 200: { description: "The registry as it is now", schema: answers.putRegistryAnswer } },
    errors: ["values-in-use"],
  },
  "GET /api/v1/site": {
    id: "getSite",
    tag: "service",
    summary: "Read the identity of the site",
    answers: {
      200: { description: "The identity, with its defaults", schema: answers.identity },
      304: { description: "The client has it as it is" },
    },
    errors: ["too-many-requests"],
  },
  "PUT /api/v1/site": {
    id: "putSite",
    tag: "publishing",
    summary: "Replace the identity of the site",
    parameters: [dryRunParameter],
    body: "SiteInput",
    example: { title: { en: "Ministry of Foreign Affairs" }, colour: "#0b3d6f" },
    answers: { 200: { description: "The identity, with its defaults", schema: answers.putSiteAnswer } },
    errors: ["invalid"],
  },
  "POST /api/v1/rebuild": {
    id: "rebuild",
    tag: "publishing",
    summary: "Write every page and feed again",
    answers: { 202: { description: "It has begun", schema: answers.accepted } },
  },
  "POST /api/v1/reseal": {
    id: "reseal",
    tag: "backup",
    summary: "Seal secrets with the first `SECRETS_KEY`",
    parameters: [NEXT],
    answers: { 200: { description: "What this step did", schema: answers.resealed } },
  },
  "POST /api/v1/backup": {
    id: "backup",
    tag: "backup",
    summary: "Begin a backup, or read its next page",
    parameters: [NEXT],
    answers: { 200: { description: "Lines of the archive", schema: answers.backupPage } },
    errors: ["invalid", "backup-replaced"],
  },
  "DELETE /api/v1/backup/{backup}": {
    id: "endBackup",
    tag: "backup",
    summary: "End a backup",
    answers: { 204: { description: "What it has kept is dropped" } },
  },
  "GET /api/v1/backup/files/{sha256}": {
    id: "getFileBytes",
    tag: "backup",
    summary: "Read the bytes of a file",
    answers: { 200: { description: "The bytes", type: "application/octet-stream" } },
  },
  "POST /api/v1/restore": {
    id: "beginRestore",
    tag: "backup",
    summary: "Begin a restore into an empty service",
    body: "RestoreHeader",
    answers: { 200: { description: "Its phase", schema: answers.begunRestore } },
    errors: ["unsupported-backup", "wrong-secrets-key", "service-not-empty"],
  },
  "DELETE /api/v1/restore": {
    id: "discardRestore",
    tag: "backup",
    summary: "Empty a service whose restore was cut off",
    answers: { 200: { description: "Whether it is done", schema: answers.discardedRestore } },
    errors: ["no-restore"],
  },
  "POST /api/v1/restore/{backup}": {
    id: "restoreLines",
    tag: "backup",
    summary: "Send lines of the archive",
    body: "RestoreLines",
    answers: { 200: { description: "How many lines were taken", schema: answers.takenLines } },
    errors: ["no-restore"],
  },
  "PUT /api/v1/restore/{backup}/files/{sha256}": {
    id: "restoreFile",
    tag: "backup",
    summary: "Send the bytes of a file",
    otherBody: { type: "*/*", description: "The bytes of the file" },
    answers: { 200: { description: "The file is stored", schema: answers.restoredFile } },
    errors: ["invalid", "wrong-file-hash"],
  },
  "POST /api/v1/restore/{backup}/clear": {
    id: "clearForRestore",
    tag: "backup",
    summary: "Clear what the empty service has written",
    answers: { 200: { description: "The phase of the restore", schema: answers.clearedRestore } },
    errors: ["no-restore"],
  },
  "POST /api/v1/restore/{backup}/finish": {
    id: "finishRestore",
    tag: "backup",
    summary: "Open the restored service",
    body: "RestoreEnd",
    answers: {
      200: { description: "How many subscriptions do not send yet", schema: answers.finishedRestore },
    },
    errors: ["no-restore", "incomplete-restore"],
  },
};
