/**
 * Calls that read releases and events.
 */
import { SAMPLE_TYPES } from "../../domain/sample-event.ts";
import { anyEvent, eventPage } from "../answers/events.ts";
import {
  adminRelease,
  difference,
  editionPage,
  editionView,
  release,
  releasePage,
  statePage,
} from "../answers/releases.ts";
import type { Answer, Calls } from "../call.ts";
import {
  afterParameter,
  boundParameters,
  contentParameter,
  cursorParameter,
  eventTypesParameter,
  filterParameters,
  limitParameter,
} from "./parameters.ts";

const KILLED: Answer = {
  description: "The release was killed: its id, its dates and the reason remain",
  schema: release,
};

export const RELEASE_CALLS: Calls = {
  "GET /api/v1/releases": {
    id: "listReleases",
    tag: "releases",
    summary: "List releases, newest first",
    parameters: [
      ...filterParameters,
      ...boundParameters,
      contentParameter,
      limitParameter,
      cursorParameter,
      {
        name: "status",
        description: "`embargoed`: for the admin, releases under embargo, soonest first, without a filter",
        schema: { type: "string", enum: ["embargoed"] },
      },
    ],
    answers: { 200: { description: "A page of releases", schema: releasePage } },
    errors: ["invalid", "unauthorized"],
    hasMoreForAdmin: true,
  },
  "GET /api/v1/releases/states": {
    id: "listReleaseStates",
    tag: "publishing",
    summary: "List the state of every release, by id",
    parameters: [
      { name: "after", description: "The last id of the page before", schema: { type: "string" } },
    ],
    answers: { 200: { description: "A page of states", schema: statePage } },
  },
  "GET /api/v1/releases/{id}": {
    id: "getRelease",
    tag: "releases",
    summary: "Read a release",
    answers: {
      200: { description: "The release; the admin sees more of it", schema: adminRelease },
      304: { description: "The client has it as it is" },
      410: KILLED,
    },
    errors: ["too-many-requests"],
    hasMoreForAdmin: true,
  },
  "GET /api/v1/releases/{id}/editions": {
    id: "listEditions",
    tag: "releases",
    summary: "List the editions of a release, oldest first",
    parameters: [limitParameter, cursorParameter],
    answers: { 200: { description: "A page of editions", schema: editionPage }, 410: KILLED },
    errors: ["invalid"],
    hasMoreForAdmin: true,
  },
  "GET /api/v1/releases/{id}/editions/{edition}": {
    id: "getEdition",
    tag: "releases",
    summary: "Read an edition",
    answers: { 200: { description: "The edition", schema: editionView }, 410: KILLED },
    hasMoreForAdmin: true,
  },
  "GET /api/v1/releases/{id}/editions/{edition}/diff/{other}": {
    id: "compareEditions",
    tag: "releases",
    summary: "Compare two editions, word by word",
    answers: { 200: { description: "The fields that differ", schema: difference }, 410: KILLED },
    hasMoreForAdmin: true,
  },
  "GET /api/v1/events": {
    id: "listEvents",
    tag: "events",
    summary: "Read events in order",
    parameters: [afterParameter, ...filterParameters, eventTypesParameter, contentParameter, limitParameter],
    answers: { 200: { description: "A page of events", schema: eventPage } },
    errors: ["invalid"],
  },
  "GET /api/v1/events/stream": {
    id: "streamEvents",
    tag: "events",
    summary: "Follow events as they happen",
    description: "The header `Last-Event-ID`, which an EventSource sends, goes before `after`.",
    parameters: [afterParameter, ...filterParameters, eventTypesParameter, contentParameter],
    answers: { 200: { description: "Server-sent events", type: "text/event-stream" } },
    errors: ["invalid", "too-many-streams"],
  },
  "GET /api/v1/events/sample": {
    id: "sampleEvent",
    tag: "events",
    summary: "Make up an event of a type",
    parameters: [
      {
        name: "type",
        description: "The type of the event",
        schema: { type: "string", enum: [...SAMPLE_TYPES], default: "release.published" },
      },
      contentParameter,
    ],
    answers: { 200: { description: "The event, as a delivery carries it", schema: anyEvent } },
    errors: ["invalid"],
  },
};
