/**
 * Finds the end of each HTTP response on a connection with one request at a time.
 */
const HEAD_END = "\r\n\r\n";

export class ResponseReader {
  /** The part of the head, or of the line before a chunk, that has arrived. */
  #text = "";
  #status = 0;
  #part: "head" | "body" | "chunk size" | "chunk" | "trailer" = "head";
  /** Missing bytes of the body, or of the chunk including its line end. */
  #left = 0;

  /** @returns the status if these bytes complete the response */
  push(bytes: Buffer): number | undefined {
    let from = 0;
    while (from < bytes.length) {
      if (this.#part === "body" || this.#part === "chunk") {
        const taken = Math.min(this.#left, bytes.length - from);
        from += taken;
        this.#left -= taken;
        if (this.#left > 0) return undefined;
        if (this.#part === "body") return this.#ended();
        this.#part = "chunk size";
      } else {
        const end = this.#part === "head" ? HEAD_END : "\r\n";
        const read = this.#readUntil(end, bytes, from);
        if (read === undefined) return undefined;
        from = read.from;
        if (this.#isLast(read.text)) return this.#ended();
      }
    }
    return undefined;
  }

  /** Reads up to a delimiter, which may have started in earlier bytes. */
  #readUntil(end: string, bytes: Buffer, from: number): { text: string; from: number } | undefined {
    const before = this.#text.slice(-(end.length - 1));
    const seam = before + bytes.toString("latin1", from, from + end.length - 1);
    const split = seam.indexOf(end);
    const at = split >= 0 ? from + split - before.length : bytes.indexOf(end, from);
    if (split < 0 && at < 0) {
      this.#text += bytes.toString("latin1", from);
      return undefined;
    }
    const next = at + end.length;
    const text = (this.#text + bytes.toString("latin1", from, next)).slice(0, -end.length);
    this.#text = "";
    return { text, from: next };
  }

  /** Whether the response ends with this head or line. */
  #isLast(text: string): boolean {
    switch (this.#part) {
      case "head":
        return this.#isWholeHead(text);
      case "trailer":
        return text === "";
      default:
        this.#left = Number.parseInt(text, 16) + "\r\n".length;
        if (Number.isNaN(this.#left)) throw new Error(`invalid chunk size: ${text}`);
        this.#part = this.#left === "\r\n".length ? "trailer" : "chunk";
        return false;
    }
  }

  #isWholeHead(head: string): boolean {
    this.#status = Number(head.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length));
    if (this.#status === 304 || this.#status === 204) return true;
    if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
      this.#part = "chunk size";
      return false;
    }
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) throw new Error(`the response has no length:\n${head}`);
    this.#left = Number(length);
    this.#part = "body";
    return this.#left === 0;
  }

  #ended(): number {
    this.#part = "head";
    return this.#status;
  }
}
