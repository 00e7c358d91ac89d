import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { FILE_BYTES_MAX } from "../../../src/domain/limits.ts";
import { hashOf, pdf, png, putBytes, textFile, upload } from "../../support/files.ts";
import { ADMIN, ledgerRows, type ProblemJson, put, release, request, send } from "../../support/service.ts";

const stateOf = (sha256: string, method = "GET") =>
  request(`/api/v1/files/${sha256}`, { method, headers: ADMIN });
const codeOf = async (answer: Response) => [answer.status, (await answer.json<ProblemJson>()).code];

describe("an upload", () => {
  it("stores a file with what its bytes say of it, once", async () => {
    const bytes = png(640, 480);
    const sha256 = await hashOf(bytes);
    expect((await stateOf(sha256, "HEAD")).status).toBe(404);
    const first = await putBytes(sha256, bytes);
    const file = { sha256, size: 33, type: "image/png", width: 640, height: 480 };
    expect([first.status, await first.json()]).toEqual([201, file]);
    const again = await putBytes(sha256, bytes);
    expect([again.status, await again.json()]).toEqual([200, file]);
    const state = await stateOf(sha256);
    expect([state.status, await state.json()]).toEqual([200, file]);
    expect((await stateOf(sha256, "HEAD")).status).toBe(200);
  });

  it("is only the admin's", async () => {
    const sha256 = await hashOf(pdf("secret"));
    for (const method of ["GET", "HEAD", "PUT"]) {
      const body = method === "PUT" ? { body: pdf("secret") } : {};
      expect((await request(`/api/v1/files/${sha256}`, { method, ...body })).status).toBe(401);
    }
    expect((await stateOf(sha256)).status).toBe(404);
  });

  it("of bytes with another hash is refused and names theirs", async () => {
    const [sha256, actual] = [await hashOf(pdf("a")), await hashOf(pdf("b"))];
    const answer = await putBytes(sha256, pdf("b"));
    const problem = await answer.json<ProblemJson>();
    expect([answer.status, problem.code]).toEqual([422, "wrong-file-hash"]);
    expect(problem.detail).toContain(actual);
    expect((await stateOf(sha256)).status).toBe(404);
    expect((await stateOf(actual)).status).toBe(404);
  });

  it("takes the largest file, and refuses one byte more, whether its length is announced or not", async () => {
    const largest = pdf("largest", FILE_BYTES_MAX);
    expect((await putBytes(await hashOf(largest), largest)).status).toBe(201);
    const larger = pdf("larger", FILE_BYTES_MAX + 1);
    const sha256 = await hashOf(larger);
    expect(await codeOf(await putBytes(sha256, larger))).toEqual([413, "body-too-large"]);
    const streamed = await request(`/api/v1/files/${sha256}`, {
      method: "PUT",
      headers: ADMIN,
      body: new Blob([larger]).stream(),
    });
    expect(await codeOf(streamed)).toEqual([413, "body-too-large"]);
    expect((await stateOf(sha256)).status).toBe(404);
  });

  it("of nothing, or of bytes that nobody knows, is refused", async () => {
    const unknown = Uint8Array.of(1, 2, 3, 255);
    for (const bytes of [new Uint8Array(), unknown, Uint8Array.from("caf\xe9", (c) => c.charCodeAt(0))]) {
      expect(await codeOf(await putBytes(await hashOf(bytes), bytes))).toEqual([422, "unknown-file-type"]);
    }
  });

  it("to an address that is no hash is refused", async () => {
    for (const address of ["x", "A".repeat(64), "0".repeat(63)]) {
      expect(await codeOf(await putBytes(address, pdf("x")))).toEqual([422, "invalid"]);
      expect((await stateOf(address)).status).toBe(422);
    }
  });

  it("has no dry run and takes no condition", async () => {
    const { sha256 } = await upload(pdf("conditions"));
    expect((await send("PUT", `/api/v1/files/${sha256}?dryRun=true`, pdf("conditions"))).status).toBe(400);
    const conditional = await send("PUT", `/api/v1/files/${sha256}`, pdf("conditions"), {
      "if-none-match": "*",
    });
    expect(conditional.status).toBe(400);
  });

  it("brings back bytes that KV has lost", async () => {
    const { sha256, bytes } = await upload(pdf("lost"));
    await env.DOCUMENTS.delete(`file:${sha256}`);
    expect((await stateOf(sha256)).status).toBe(404);
    expect((await putBytes(sha256, bytes)).status).toBe(200);
    expect((await stateOf(sha256)).status).toBe(200);
  });
});

describe("a release", () => {
  const errorsOf = async (fields: Record<string, unknown>) => {
    const answer = await put(release(fields));
    return answer.ok ? [] : (await answer.json<ProblemJson>()).errors;
  };

  it("that names a file which was not uploaded is refused, with the place of each", async () => {
    const missing = await hashOf(pdf("missing"));
    const errors = await errorsOf({
      attachments: [{ file: `${missing}/report.pdf` }],
      image: { file: `${missing}/photo.jpg`, alt: "" },
      body: `One.\n\n[Here](/files/${missing}/report.pdf) and ![](https://press.example/files/${missing}/p.png)`,
    });
    const message = expect.stringContaining(`first PUT /api/v1/files/${missing}`);
    expect(errors).toEqual([
      { path: "/attachments/0/file", message },
      { path: "/image/file", message },
      { path: "/body", line: 3, message },
      { path: "/body", line: 3, message },
    ]);
    expect(await ledgerRows("SELECT * FROM file_uses")).toEqual([]);
  });

  it("may be tried in a dry run before its files are uploaded", async () => {
    const missing = `${await hashOf(pdf("later"))}/report.pdf`;
    const body = release({ attachments: [{ file: missing }] });
    const answer = await send("PUT", `/api/v1/releases/${body.id}?dryRun=true`, body);
    expect([answer.status, await answer.json()]).toMatchObject([201, { missingFiles: [missing] }]);
  });

  it("may not call a file what it is not", async () => {
    const { sha256 } = await upload(png(1, 1));
    for (const name of ["photo.jpg", "page.html", "photo.exe", "photo"]) {
      expect(await errorsOf({ attachments: [{ file: `${sha256}/${name}` }] })).toEqual([
        {
          path: "/attachments/0/file",
          message: expect.stringMatching(/its content is image\/png|does not serve/),
        },
      ]);
    }
    expect(await errorsOf({ attachments: [{ file: `${sha256}/PHOTO.PNG` }] })).toEqual([]);
  });

  it("may not name a file in a way that is no address", async () => {
    const { sha256 } = await upload(textFile("Names"));
    for (const name of [
      "..",
      "../a.txt",
      "a/b.txt",
      "a\\b.txt",
      "a\u0000.txt",
      "a\n.txt",
      "a\u202etxt.exe.txt",
      " a.txt",
      ".hidden.txt",
      "",
      `${"a".repeat(300)}.txt`,
      `${"ա".repeat(126)}.txt`,
    ]) {
      expect(await errorsOf({ attachments: [{ file: `${sha256}/${name}` }] })).toEqual([
        { path: "/attachments/0/file", message: expect.stringContaining("must be SHA256/NAME") },
      ]);
    }
    for (const path of [`/files/${sha256}/a%2Fb.txt`, `/files/${sha256}`, `/files/${sha256}/%00`]) {
      expect(await errorsOf({ body: `[x](${path})` })).toEqual([
        { path: "/body", line: 1, message: expect.stringContaining("where no file can be") },
      ]);
    }
  });

  it("names a file or a URL, and what is read from the file is not said again", async () => {
    const { sha256 } = await upload(textFile("Fields"));
    const [file, url, type] = [`${sha256}/a.txt`, "https://a.example/a.txt", "text/plain"];
    const faults = [
      [{ title: "x" }, ["/attachments/0/url"]],
      [{ file, url, type }, ["/attachments/0/url", "/attachments/0/type"]],
      [{ url }, ["/attachments/0/type"]],
      [{ file, type, size: 3 }, ["/attachments/0/type", "/attachments/0/size"]],
      [{ url: `https://press.example/files/${file}`, type }, ["/attachments/0/url"]],
    ] as const;
    for (const [attachment, paths] of faults) {
      expect((await errorsOf({ attachments: [attachment] }))?.map(({ path }) => path)).toEqual(paths);
    }
    expect(await errorsOf({ image: { alt: "x" } })).toMatchObject([{ path: "/image/url" }]);
    expect(await errorsOf({ image: { alt: "x", file, url } })).toMatchObject([{ path: "/image/url" }]);
  });
});
