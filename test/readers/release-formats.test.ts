import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect, onTestFinished, test } from "vitest";
import { BuiltService } from "../built/built-service.ts";
import { ApiClient, newRelease } from "../chaos/api-client.ts";
import { structuredDataFaults } from "./structured-data.ts";
import { untilProjected } from "./until-projected.ts";

const ADMIN_TOKEN = "readers-admin-token-0123456789-0123456789-abcdefg";
const SCHEMA = join(import.meta.dirname, "../fixtures/ninjs-3.1.schema.json");

test("ninjs and JSON-LD of every kind of release follow their schemas", async () => {
  const ajv = new Ajv2020({ allErrors: true, strict: false });
  addFormats.default(ajv);
  // No release has a map.
  ajv.addSchema({ $id: "https://geojson.org/schema/GeoJSON.json", not: {} });
  const validate = ajv.compile<Record<string, unknown>>(JSON.parse(readFileSync(SCHEMA, "utf8")) as object);
  const service = await BuiltService.start({
    ADMIN_TOKEN,
    SECRETS_KEY: "cmVhZGVycy1zZWNyZXRzLWtleS1vZi1lbm91Z2gtYnl0ZXM=",
  });
  onTestFinished(() => service[Symbol.asyncDispose]());
  const api = new ApiClient(service.url, ADMIN_TOKEN);
  const group = "talks";
  const rich = {
    slug: "rich",
    group,
    date: "2020-12-01T10:00:00+04:00",
    summary: "Talks were held.",
    source: "https://old.example/talks",
    attachments: [{ url: "https://files.example/a.pdf", type: "application/pdf", title: "Annex", size: 12 }],
    image: { url: "https://files.example/a.jpg", alt: "The table", credit: "MFA", caption: "Talks" },
    topics: ["peace", "trade"],
    people: ["ara-aivazian"],
    organisations: ["csto"],
    places: ["yerevan"],
  };
  const texts = {
    rich: newRelease("Talks & <results>", rich),
    armenian: newRelease("Բանակցություններ", { slug: "armenian", lang: "hy", group }),
    withdrawn: newRelease("Withdrawn", { slug: "withdrawn" }),
    killed: newRelease("Killed", { slug: "killed" }),
  };
  const put = async (path: string, body: unknown) => {
    const answer = await fetch(new URL(path, service.url), {
      method: "PUT",
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    expect(answer.ok).toBe(true);
  };
  await put("/api/v1/site", { licence: "https://creativecommons.org/licenses/by/4.0/" });
  for (const text of Object.values(texts)) await api.publish(text);
  await api.publish({ ...texts.armenian, body: "Այլ տեքստ։", change: "major", note: "Տեքստը" });
  for (const action of ["withdraw", "kill"] as const) {
    const { id } = action === "kill" ? texts.killed : texts.withdrawn;
    const answer = await fetch(new URL(`/api/v1/releases/${id}/${action}`, service.url), {
      method: "POST",
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify({ reason: "The date was wrong" }),
    });
    expect(answer.status).toBe(200);
  }
  await untilProjected(service.url, ADMIN_TOKEN);
  const read = async (path: string) => {
    const answer = await fetch(new URL(path, service.url));
    const document = await answer.json<Record<string, unknown>>();
    validate(document);
    expect(validate.errors ?? [], path).toEqual([]);
    return { status: answer.status, document };
  };
  expect(await read("/en/releases/rich.json")).toMatchObject({
    status: 200,
    document: {
      uri: `urn:uuid:${texts.rich.id}`,
      version: "1",
      pubStatus: "usable",
      headlines: [{ value: "Talks & <results>" }],
      associations: [
        { rel: "image" },
        { rel: "attachment", title: "Annex" },
        { rel: "translation", name: "hy" },
      ],
    },
  });
  expect((await read("/hy/releases/armenian.json")).document).toMatchObject({ language: "hy" });
  const retracted = { pubStatus: "canceled", edNote: "The date was wrong" };
  for (const [path, status] of [
    ["/en/releases/withdrawn.json", 200],
    ["/en/releases/killed.json", 410],
  ] as const) {
    expect(await read(path)).toMatchObject({ status, document: retracted });
  }
  for (const path of ["/en/releases/rich", "/hy/releases/armenian", "/en/releases/withdrawn"]) {
    const html = await (await fetch(new URL(path, service.url))).text();
    expect(structuredDataFaults(html), path).toEqual([]);
    const wrong = html.replace('"datePublished":"', '"datePublishd":"');
    expect(structuredDataFaults(wrong), path).not.toEqual([]);
  }
});
