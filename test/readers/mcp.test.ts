import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { expect, onTestFinished, test } from "vitest";
import { BuiltService } from "../built/built-service.ts";
import { ApiClient, newRelease } from "../chaos/api-client.ts";

const ADMIN_TOKEN = "agents-admin-token-0123456789-0123456789-abcdefg";
const SECRETS_KEY = "YWdlbnRzLXNlY3JldHMta2V5LW9mLWVub3VnaC1ieXRlcy0wMTI=";

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

interface Found {
  releases: { id: string; edition: number; url: string; status: string }[];
}

test("an agent finds a statement by its words, names its edition, and sees what happened to it", async () => {
  const service = await BuiltService.start({ ADMIN_TOKEN, SECRETS_KEY });
  onTestFinished(() => service[Symbol.asyncDispose]());
  const api = new ApiClient(service.url, ADMIN_TOKEN);
  const statement = newRelease("The online session of the CSTO Council of Foreign Ministers", {
    slug: "csto-council",
    body: "On December 1, the session of the Council was held.",
  });
  await api.publish(statement);
  await api.publish({
    ...statement,
    body: "On December 2, the session was held.",
    change: "major",
    note: "The day",
  });

  const client = new Client(
    { name: "reader", version: "1" },
    { versionNegotiation: { mode: { pin: "2026-07-28" } } },
  );
  await client.connect(new StreamableHTTPClientTransport(new URL("/mcp", service.url)));
  onTestFinished(() => client.close());
  // A client that also speaks former versions finds the present one if it is set to negotiate.
  const negotiating = new Client({ name: "reader", version: "1" }, { versionNegotiation: { mode: "auto" } });
  await negotiating.connect(new StreamableHTTPClientTransport(new URL("/mcp", service.url)));
  onTestFinished(() => negotiating.close());
  const { tools } = await negotiating.listTools();
  expect(tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint])).toEqual([
    ["search_releases", true],
    ["get_release", true],
    ["events_since", true],
  ]);
  const call = async <T>(name: string, given: Record<string, unknown>): Promise<T> => {
    const result = await client.callTool({ name, arguments: given });
    expect(result.isError, JSON.stringify(result.content)).toBe(false);
    return result.structuredContent as T;
  };

  const { releases } = await call<Found>("search_releases", { q: "CSTO session", lang: "en" });
  expect(releases).toMatchObject([
    {
      id: statement.id,
      edition: 2,
      status: "published",
      url: expect.stringMatching(/\/en\/releases\/csto-council$/) as string,
    },
  ]);
  expect(await call("get_release", { id: statement.id })).toMatchObject({
    edition: 2,
    note: "The day",
    text: expect.stringContaining("On December 2") as string,
    editions: [
      { edition: 1, accepted: expect.stringMatching(INSTANT) as string },
      { edition: 2, accepted: expect.stringMatching(INSTANT) as string, change: "major", note: "The day" },
    ],
  });
  await api.withdraw(statement, "Superseded");
  const events = await call<{ events: unknown[]; last: number }>("events_since", { after: 1 });
  expect(events).toMatchObject({
    events: [
      { event: "release.corrected", id: statement.id, edition: 2, note: "The day" },
      { event: "release.withdrawn", id: statement.id, status: "withdrawn", reason: "Superseded" },
    ],
    last: 3,
  });
  await api.kill(statement, "A mistake");
  expect(await call("get_release", { id: statement.id })).toMatchObject({
    status: "killed",
    reason: "A mistake",
  });

  const wrong = await client.callTool({ name: "search_releases", arguments: { from: "yesterday" } });
  expect(wrong.isError).toBe(true);
  expect(JSON.stringify(wrong.content)).toContain("from must be a day");
});
