/**
 * Where the project is, and what the paths on the command line are relative to.
 */
import { isAbsolute, join, relative, resolve } from "node:path";

/** The folder that holds package.json, wrangler.toml, .dev.vars and content/. */
export const PROJECT_ROOT = resolve(import.meta.dirname, "../..");

/** The default content folder. */
export const DEFAULT_CONTENT = join(PROJECT_ROOT, "content");

/** The file in which `npm start` keeps the secrets that it generates. */
export const DEV_VARS = join(PROJECT_ROOT, ".dev.vars");

/** Where Node keeps what it has compiled, for the next start. */
export const COMPILED = join(PROJECT_ROOT, ".wrangler/compiled");

/** The user's working directory. `npm run` changes to the project's root and passes the original in INIT_CWD. */
const USER_FOLDER = ["communique", "start", "deploy"].includes(process.env.npm_lifecycle_event ?? "")
  ? (process.env.INIT_CWD ?? process.cwd())
  : process.cwd();

/** The absolute path of a path that the user typed. */
export function resolvePath(path: string): string {
  return resolve(USER_FOLDER, path);
}

/** A path as the user would type it: relative for files below the working directory. */
export function displayPath(path: string): string {
  const short = relative(USER_FOLDER, path);
  return short === "" ? "." : short.startsWith("..") || isAbsolute(short) ? path : short;
}
