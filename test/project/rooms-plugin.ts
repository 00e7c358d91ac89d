/**
 * A rule for the linter: a file imports only what `rooms.ts` allows its room.
 */
import { dirname, join, relative, resolve } from "node:path";
import { refusalOf, roomOf, ROOMS } from "./rooms.ts";

const SRC = resolve(import.meta.dirname, "../../src");
/** Deliberately bad files: a folder here stands for the room of the same path. */
const FIXTURES = join(import.meta.dirname, "fixtures");

interface ImportNode {
  source: { value: string } | null;
}

const imports = {
  create(context: { filename: string; report: (found: { node: object; message: string }) => void }) {
    const room = roomOfFile(context.filename);
    if (room === undefined) return {};
    const check = (node: object & ImportNode): void => {
      const specifier = node.source?.value;
      if (specifier === undefined) return;
      const isPackage = !specifier.startsWith(".");
      const target = isPackage ? specifier : relative(SRC, resolve(dirname(context.filename), specifier));
      const message = refusalOf(room, target, isPackage);
      if (message !== undefined) context.report({ node, message });
    };
    return { ImportDeclaration: check, ExportNamedDeclaration: check, ExportAllDeclaration: check };
  },
};

function roomOfFile(filename: string): string | undefined {
  const path = relative(SRC, filename);
  if (!path.startsWith("..")) return roomOf(path);
  const fixture = dirname(relative(FIXTURES, filename));
  return fixture in ROOMS ? fixture : undefined;
}

export default { meta: { name: "rooms" }, rules: { imports } };
