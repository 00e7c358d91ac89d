/**
 * Atom by the schema of RFC 4287, which takes elements of other namespaces as they come, and what those of
 * RFC 6721 say.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseXml } from "@rgrove/parse-xml";
import { RelaxNGValidator, XmlDocument, XmlValidateError } from "libxml2-wasm";
import { childrenOf, textIn } from "./xml-elements.ts";

const SCHEMA = join(import.meta.dirname, "../fixtures/atom-rfc4287.rng");
const TOMBSTONES = "http://purl.org/atompub/tombstones/1.0";

let validator: RelaxNGValidator | undefined;

/** @returns what the schema has against a document, each fault with the document's address */
export function faultsOfAtom(text: string, url: string): string[] {
  validator ??= RelaxNGValidator.fromDoc(XmlDocument.fromBuffer(readFileSync(SCHEMA)));
  const document = XmlDocument.fromString(text);
  try {
    validator.validate(document);
    return [];
  } catch (error) {
    if (!(error instanceof XmlValidateError)) throw error;
    return error.details.map(({ message, line }) => `${url}: line ${line}: ${message.trim()}`);
  } finally {
    document.dispose();
  }
}

/** What a document says was deleted (RFC 6721). */
export function deletionsIn(text: string): { ref: string; when: string; reason: string }[] {
  const { root } = parseXml(text);
  if (root === null) throw new Error("a document without a root");
  return childrenOf(root, "at:deleted-entry").map((deleted) => {
    if (root.attributes["xmlns:at"] !== TOMBSTONES) throw new Error("a deletion in another namespace");
    return {
      ref: deleted.attributes["ref"] ?? "",
      when: deleted.attributes["when"] ?? "",
      reason: textIn(deleted, "at:comment") ?? "",
    };
  });
}
