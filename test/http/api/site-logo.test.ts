import { describe, expect, it } from "vitest";
import { hashOf, pdf, png, putBytes } from "../../support/files.ts";
import {
  inNewsroom,
  kvBody,
  newsroomLater,
  type ProblemJson,
  publish,
  release,
  request,
  send,
} from "../../support/service.ts";

const putSite = (body: unknown) => send("PUT", "/api/v1/site", body);

/** What the ledger says of an address: an isolate remembers an answer for half a second. */
const kindOf = (path: string) => inNewsroom(async (instance) => (await instance.document(path, null)).kind);

describe("the logo of the site", () => {
  it("stands on every page, and is the icon where it is square", async () => {
    const bytes = png(512, 512);
    const sha256 = await hashOf(bytes);
    const address = `/files/${sha256}/logo.png`;
    await putBytes(sha256, bytes);
    expect(await kindOf(address)).toBe("missing");
    expect((await putSite({ logo: `${sha256}/logo.png` })).status).toBe(200);
    await publish(release());
    await newsroomLater(2);
    expect((await request(address)).status).toBe(200);
    const page = (await kvBody("/en")) ?? "";
    expect(page).toContain(
      `<img class="logo" src="https://press.example${address}" alt="" width="512" height="512">`,
    );
    expect(page).toContain(`<link rel="icon" type="image/png" href="https://press.example${address}">`);
    for (const format of ["rss", "atom", "json"]) {
      expect(await kvBody(`/en/feed.${format}`)).toContain(`https://press.example${address}`);
    }

    expect((await putSite({})).status).toBe(200);
    await newsroomLater(2);
    expect(await kindOf(address)).toBe("missing");
    expect(await kvBody("/en")).not.toContain(address);
  });

  it("is no icon where it is not square", async () => {
    const bytes = png(640, 120);
    const sha256 = await hashOf(bytes);
    await putBytes(sha256, bytes);
    await putSite({ logo: `${sha256}/wide.png` });
    await publish(release());
    await newsroomLater(2);
    expect(await kvBody("/en")).toContain("wide.png");
    expect(await kvBody("/en/feed.json")).toContain("https://press.example/icon.png");
  });

  it("must be an image that the service holds", async () => {
    const bytes = pdf("no image");
    const sha256 = await hashOf(bytes);
    await putBytes(sha256, bytes);
    for (const [logo, said] of [
      [`${sha256}/logo.pdf`, "must be an image"],
      [`${"0".repeat(64)}/logo.png`, "no file that the service holds"],
      ["logo.png", "must be SHA256/NAME"],
    ]) {
      const refused = await putSite({ logo });
      expect(refused.status).toBe(422);
      const [issue] = (await refused.json<ProblemJson>()).errors ?? [];
      expect(issue).toMatchObject({ path: "/logo", message: expect.stringContaining(said ?? "") });
    }
  });
});
