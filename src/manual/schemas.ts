/**
 * The schemas of answers that have a name in the OpenAPI document, and so in generated clients.
 */
import type * as z from "zod/mini";
import * as events from "./answers/events.ts";
import * as releases from "./answers/releases.ts";
import * as service from "./answers/service.ts";
import * as shared from "./answers/shared.ts";
import * as subscriptions from "./answers/subscriptions.ts";

export const NAMED_ANSWERS: Readonly<Record<string, z.ZodMiniType>> = {
  Problem: shared.problem,
  Filter: shared.filterView,
  Release: releases.release,
  AdminRelease: releases.adminRelease,
  ReleasePage: releases.releasePage,
  StatePage: releases.statePage,
  Edition: releases.editionView,
  EditionPage: releases.editionPage,
  Difference: releases.difference,
  PublishAnswer: releases.publishAnswer,
  BatchAnswer: releases.batchAnswer,
  Attachment: releases.attachment,
  File: releases.file,
  ReleaseEvent: events.releaseEvent,
  VerifyEvent: events.verifyEvent,
  TestEvent: events.testEvent,
  OperationalEvent: events.operationalEvent,
  AnyEvent: events.anyEvent,
  EventPage: events.eventPage,
  Subscription: subscriptions.subscription,
  CreatedSubscription: subscriptions.createdSubscription,
  ExistingSubscription: subscriptions.existingSubscription,
  SubscriptionPage: subscriptions.subscriptionPage,
  SentEvent: subscriptions.sentEvent,
  SentTest: subscriptions.sentTest,
  RotatedSecret: subscriptions.rotatedSecret,
  RotatedToken: subscriptions.rotatedToken,
  ReplayedSpan: subscriptions.replayedSpan,
  Delivery: subscriptions.delivery,
  DeliveryPage: subscriptions.deliveryPage,
  RecipientPage: subscriptions.recipientPage,
  Registry: service.registryView,
  ChangedRegistry: service.putRegistryAnswer,
  Identity: service.identity,
  ChangedIdentity: service.putSiteAnswer,
  Health: service.health,
  KeySet: service.keySet,
  BegunRebuild: service.accepted,
  Resealed: service.resealed,
  BackupPage: service.backupPage,
  BegunRestore: service.begunRestore,
  ClearedRestore: service.clearedRestore,
  TakenLines: service.takenLines,
  RestoredFile: service.restoredFile,
  FinishedRestore: service.finishedRestore,
  DiscardedRestore: service.discardedRestore,
};

/** @throws RangeError if the schema has no name */
export function nameOfAnswer(schema: z.ZodMiniType): string {
  const name = Object.entries(NAMED_ANSWERS).find(([, each]) => each === schema)?.[0];
  if (name === undefined) throw new RangeError("Name each schema of an answer in src/manual/schemas.ts");
  return name;
}
