/**
 * What each code of a refusal means, and the way out: the texts of /docs/errors, where the `type` of a problem leads.
 */
import type { ProblemCode } from "../domain/codes.ts";

export const PROBLEM_TEXTS: Readonly<Record<ProblemCode, string>> = {
  "malformed-address":
    "The address has a broken percent-escape. Escape the bytes of UTF-8, and write `%` as `%25`.",
  "malformed-body":
    "The body is not JSON in UTF-8, or it ended before its `Content-Length`. `detail` says which; mend it, or send it again.",
  "malformed-if-match":
    'A condition of `PUT /releases/ID` cannot be read. `If-Match` is an edition in quotes, such as `"2"`; `If-None-Match` is `*`.',
  "unsupported-condition":
    "The call cannot keep a condition such as `If-Match`. Leave the header out. Only `PUT /releases/ID` takes one.",
  "malformed-list": "The address of a list has a parameter that cannot be read. `errors` names it.",
  "dry-run-unsupported": "The call has no dry run, so it did nothing. Leave `dryRun` out to do it.",
  unauthorized:
    "The token is missing or wrong. Send `Authorization: Bearer TOKEN`: the admin's, or that of the subscription, from the answer that created it.",
  "not-found": "There is nothing at this address, or nothing that you may see.",
  "unknown-list": "A value in the address of a list does not exist. `errors` names the nearest ones.",
  "method-not-allowed":
    "The address does not take this method. The header `Allow` names those that it takes.",
  "release-conflict":
    "The status of the release does not allow the call, or another release has its address. `detail` and `errors` say what to do first.",
  "values-in-use":
    "The registry leaves out values that releases use. Keep them, or publish the releases without them first.",
  "duplicate-subscription":
    "A verified subscription has the same URL and filter. Send its token to see it; if the token is lost, the admin can delete it.",
  "not-verified": "The endpoint is not verified yet. `POST …/verify` sends a new request.",
  "already-verified": "The endpoint is verified already: nothing is left to do.",
  "confirm-url-expired":
    "A later verification has replaced this confirm URL. Take the URL of the latest one.",
  "subscription-expired":
    "The subscription was deleted, because its endpoint was not verified in time. Create a new one.",
  "not-active":
    "The call needs an active subscription. `detail` names its status; `POST …/resume` ends a pause.",
  "replay-in-progress": "The events of another span are being sent again. Wait until that has ended.",
  "endpoint-put-off":
    "The endpoint asked to be sent nothing for a time (`Retry-After`). `detail` says until when.",
  "rate-reached": "The subscription's `ratePerMinute` allows no attempt yet. Try again in a minute.",
  "not-a-release-event": "Only events of releases can be sent again. `POST …/test` sends a new test.",
  "release-killed": "The release was killed. Only its kill can be sent again.",
  "release-retracted": "The release was withdrawn or killed. Only the withdrawal or kill can be sent again.",
  "backup-replaced":
    "Another backup has begun, or this one has ended. Begin again; only one is made at a time.",
  "service-not-empty": "A backup is restored into an empty service only. Deploy a new one.",
  "unsupported-backup":
    "Another version of the program made the backup. Deploy that version, restore, and upgrade then.",
  "wrong-secrets-key":
    "`SECRETS_KEY` lacks a key of the service that the backup was made of. Set the key that service had.",
  "no-restore":
    "This restore is not in progress: it is done, or another one has begun. If it is not done, run it again.",
  "incomplete-restore": "Rows of the backup have not arrived. Restore the archive again.",
  "edition-mismatch":
    "The release has another edition than the condition says. Read it, and send the change against it; `ETag` is the present edition.",
  "body-too-large": "The body is larger than the call takes. `detail` names the limit.",
  "unsupported-media-type":
    "The body is not declared as what the call takes. Send `Content-Type: application/json`; to `/hub`, `application/x-www-form-urlencoded`.",
  "range-not-satisfiable": "The range begins beyond the end of the file. `Content-Range` has its length.",
  invalid:
    "Fields or parameters are at fault. `errors` names each with its place, as a JSON Pointer, and says what it must be.",
  "not-minor":
    "A change that says `minor` alters too much. Make it `major`, with a note; or say `reallyMinor` if it is minor for readers.",
  "wrong-file-hash":
    "The bytes of the file do not have the SHA-256 in the address. `detail` names theirs; send them again, or to their own address.",
  "unknown-file-type":
    "The file is empty, or of no type that the service knows. Text must be UTF-8; anything else may go into a ZIP.",
  "too-many-requests": "Too many calls within a minute or an hour. Try again after `Retry-After` seconds.",
  "too-many-new-lists":
    "Your network asked for too many new combinations of filters. Ask again after `Retry-After` seconds, or filter what you have.",
  "too-many-verifications":
    "Too many verification requests came from your network, or for this host. Try again after `Retry-After` seconds.",
  "too-many-pending-subscriptions":
    "Too many subscriptions wait for verification. Verify some, or try again after `Retry-After` seconds.",
  "too-many-subscriptions":
    "The host, its domain, your network or the service has as many verified subscriptions as it may. Delete one, or ask the admin.",
  "hub-subscription":
    "Only its subscriber changes a subscription of the WebSub hub, by asking the hub again. The admin can delete it.",
  "malformed-hub-request":
    "A request to the WebSub hub cannot be read. `detail` names the parameter; the body is a form (`application/x-www-form-urlencoded`).",
  "unknown-topic": "The hub has no such topic. Take the address of a feed from its own `rel=self` link.",
  "not-signed":
    "Deliveries in this format are not signed, so there is no secret to replace. The address of a chat is its secret: PATCH `url`.",
  internal: "The service failed, and has logged why. It is safe to send the same request again.",
  "not-configured": "A setting or a secret of the service is missing or wrong. Its operator must set it.",
  "wording-missing":
    "A language of the site has no wording. The office must write it, or take the language out.",
  "being-restored": "A backup is being restored into the service. Try again later.",
  "secrets-unreadable":
    "`SECRETS_KEY` lacks a key that sealed the secrets of some subscriptions. The operator must put it back.",
  "too-many-streams":
    "Too many open streams, in total or from your network. Poll `GET /api/v1/events`, or try again after `Retry-After` seconds.",
  "file-unavailable":
    "The bytes of the file have not arrived here yet. Try again after `Retry-After` seconds.",
};
