/**
 * Calls about subscriptions and their deliveries.
 */
import { SUBSCRIPTION_STATUSES } from "../../domain/subscription.ts";
import {
  createdSubscription,
  delivery,
  deliveryPage,
  existingSubscription,
  recipientPage,
  replayedSpan,
  rotatedSecret,
  rotatedToken,
  sentEvent,
  sentTest,
  subscription,
  subscriptionPage,
} from "../answers/subscriptions.ts";
import type { Answer, Call, Calls } from "../call.ts";
import { cursorParameter, limitParameter } from "./parameters.ts";

const VIEW: Answer = { description: "The subscription with its health", schema: subscription };
const TOO_MANY = ["too-many-subscriptions", "too-many-pending-subscriptions"] as const;

const REPLAY: Call = {
  id: "replayEvents",
  tag: "deliveries",
  summary: "Send the events of a span again",
  body: "ReplayInput",
  example: { after: 17 },
  answers: { 202: { description: "The span that is sent, first excluded", schema: replayedSpan } },
  errors: ["invalid", "not-verified", "not-active", "replay-in-progress"],
};

export const SUBSCRIPTION_CALLS: Calls = {
  "GET /api/v1/subscriptions": {
    id: "listSubscriptions",
    tag: "subscriptions",
    summary: "List all subscriptions with their health",
    parameters: [
      {
        name: "sort",
        description: "`trouble`: worst first; `created`: newest first",
        schema: { type: "string", enum: ["trouble", "created"], default: "trouble" },
      },
      {
        name: "status",
        description: "Only those with this status",
        schema: { type: "string", enum: [...SUBSCRIPTION_STATUSES] },
      },
      limitParameter,
      cursorParameter,
    ],
    answers: { 200: { description: "A page of subscriptions", schema: subscriptionPage } },
    errors: ["invalid"],
  },
  "POST /api/v1/subscriptions": {
    id: "createSubscription",
    tag: "subscriptions",
    summary: "Subscribe an endpoint",
    body: "SubscriptionInput",
    example: {
      url: "https://desk.example/hook",
      filter: { lang: ["en", "hy"], type: "statement" },
      description: "News desk",
    },
    answers: {
      200: {
        description: "The same URL and filter have a subscription; its owner and the admin see it",
        schema: existingSubscription,
      },
      201: {
        description: "The subscription, with the secret and the token, which no later answer shows",
        schema: createdSubscription,
      },
    },
    errors: ["duplicate-subscription", "too-many-verifications", "unauthorized", ...TOO_MANY],
  },
  "POST /api/v1/subscriptions/{id}/confirm/{token}": {
    id: "confirmSubscription",
    tag: "subscriptions",
    summary: "Verify an endpoint with its confirm URL",
    answers: { 200: VIEW },
    errors: [
      "unauthorized",
      "confirm-url-expired",
      "subscription-expired",
      "already-verified",
      "duplicate-subscription",
      "too-many-subscriptions",
    ],
  },
  "POST /hub": {
    id: "subscribeToFeed",
    tag: "subscriptions",
    summary: "Subscribe to a feed by WebSub",
    otherBody: {
      type: "application/x-www-form-urlencoded",
      description: "A request of WebSub",
      schema: {
        type: "object",
        properties: {
          "hub.mode": { type: "string", enum: ["subscribe", "unsubscribe", "publish"] },
          "hub.topic": { type: "string", description: "The address of a feed" },
          "hub.callback": { type: "string", description: "The endpoint that gets the feed" },
          "hub.lease_seconds": { type: "integer" },
          "hub.secret": { type: "string" },
        },
        required: ["hub.mode"],
      },
    },
    answers: { 202: { description: "The hub asks the callback" } },
    errors: [
      "malformed-hub-request",
      "unknown-topic",
      "malformed-body",
      "unsupported-media-type",
      "body-too-large",
      "too-many-new-lists",
      "too-many-verifications",
      ...TOO_MANY,
    ],
  },
  "GET /api/v1/subscriptions/{id}": {
    id: "getSubscription",
    tag: "subscriptions",
    summary: "Read a subscription",
    answers: { 200: VIEW },
  },
  "PATCH /api/v1/subscriptions/{id}": {
    id: "changeSubscription",
    tag: "subscriptions",
    summary: "Change a subscription",
    body: "SubscriptionChange",
    example: { content: "summary", description: null },
    answers: { 200: VIEW },
    errors: [
      "duplicate-subscription",
      "already-verified",
      "subscription-expired",
      "too-many-verifications",
      ...TOO_MANY,
    ],
  },
  "DELETE /api/v1/subscriptions/{id}": {
    id: "deleteSubscription",
    tag: "subscriptions",
    summary: "Delete a subscription",
    answers: { 204: { description: "It is deleted" } },
  },
  "POST /api/v1/subscriptions/{id}/test": {
    id: "testSubscription",
    tag: "subscriptions",
    summary: "Send a test event",
    answers: { 202: { description: "The id of the test, which appears in the log", schema: sentTest } },
    errors: ["not-active", "not-verified"],
  },
  "POST /api/v1/subscriptions/{id}/pause": {
    id: "pauseSubscription",
    tag: "subscriptions",
    summary: "Hold events",
    answers: { 200: VIEW },
    errors: ["not-active", "not-verified"],
  },
  "POST /api/v1/subscriptions/{id}/resume": {
    id: "resumeSubscription",
    tag: "subscriptions",
    summary: "Deliver the held events, in order",
    answers: { 200: VIEW },
    errors: ["not-active", "not-verified"],
  },
  "POST /api/v1/subscriptions/{id}/verify": {
    id: "verifySubscription",
    tag: "subscriptions",
    summary: "Ask the endpoint again for its verification",
    body: "VerifyInput",
    answers: { 200: VIEW },
    errors: [
      "already-verified",
      "duplicate-subscription",
      "subscription-expired",
      "too-many-subscriptions",
      "too-many-verifications",
    ],
  },
  "POST /api/v1/subscriptions/{id}/rotate-secret": {
    id: "rotateSecret",
    tag: "subscriptions",
    summary: "Replace the secret",
    body: "RotationInput",
    answers: { 200: { description: "The new secret, which no later answer shows", schema: rotatedSecret } },
    errors: ["not-signed", "too-many-requests"],
  },
  "POST /api/v1/subscriptions/{id}/rotate-token": {
    id: "rotateToken",
    tag: "subscriptions",
    summary: "Replace the token",
    answers: { 200: { description: "The new token, which no later answer shows", schema: rotatedToken } },
  },
  "POST /api/v1/subscriptions/{id}/replay": REPLAY,
  "GET /api/v1/subscriptions/{id}/deliveries": {
    id: "listDeliveries",
    tag: "deliveries",
    summary: "Read the log, newest first",
    parameters: [
      {
        name: "state",
        description: "Only deliveries in this state",
        schema: {
          type: "string",
          enum: ["pending", "held", "delivered", "failed", "replaced", "dropped"],
        },
      },
      {
        name: "release",
        description: "The id of a release: also its events that were not sent, each with the reason",
        schema: { type: "string", format: "uuid" },
      },
      limitParameter,
      cursorParameter,
    ],
    answers: { 200: { description: "A page of deliveries", schema: deliveryPage } },
    errors: ["invalid"],
  },
  "GET /api/v1/releases/{id}/recipients": {
    id: "listRecipients",
    tag: "deliveries",
    summary: "Read who has a release, and who has not",
    parameters: [cursorParameter],
    answers: { 200: { description: "Counts, and each subscription, worst first", schema: recipientPage } },
    errors: ["invalid"],
  },
  "POST /api/v1/subscriptions/{id}/deliveries/replay": {
    ...REPLAY,
    id: "replayDeliveries",
    summary: "The same as `POST …/replay`",
  },
  "GET /api/v1/subscriptions/{id}/deliveries/{event}": {
    id: "getDelivery",
    tag: "deliveries",
    summary: "Read a delivery with every attempt",
    answers: { 200: { description: "The delivery", schema: delivery } },
  },
  "POST /api/v1/subscriptions/{id}/deliveries/{event}/redeliver": {
    id: "redeliver",
    tag: "deliveries",
    summary: "Send an event again, now",
    answers: { 202: { description: "It is sent after what waits before it", schema: sentEvent } },
    errors: [
      "not-active",
      "not-verified",
      "endpoint-put-off",
      "rate-reached",
      "not-a-release-event",
      "release-killed",
      "release-retracted",
    ],
  },
};
