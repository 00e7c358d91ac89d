/**
 * Validates Atom with the schema of RFC 4287, which allows elements of other namespaces, and reads the
 * deleted entries of RFC 6721.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseXml } from "@rgrove/parse-xml";
import { RelaxNGValidator, XmlDocument, XmlValidateError } from "libxml2-wasm";
import { childrenOf, textIn } from "./xml-elements.ts";

const SCHEMA = join(import.meta.dirname, "../fixtures/atom-rfc4287.rng");
const TOMBSTONES = "http://purl.org/atompub/tombstones/1.0";

let validator: RelaxNGValidator | undefined;

/** @returns the violations of the schema, each with the URL of the document */
export function issuesOfAtom(text: string, url: string): string[] {
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

/** The deleted entries of a document (RFC 6721). */
export function deletionsIn(text: string): { ref: string; when: string; reason: string }[] {
  const { root } = parseXml(text);
  if (root === null) throw new Error("the document has no root");
  return childrenOf(root, "at:deleted-entry").map((deleted) => {
    if (root.attributes["xmlns:at"] !== TOMBSTONES)
      throw new Error("the deleted entry is in another namespace");
    return {
      ref: deleted.attributes["ref"] ?? "",
      when: deleted.attributes["when"] ?? "",
      reason: textIn(deleted, "at:comment") ?? "",
    };
  });
}
