/**
 * Whether a BASE_URL may go online, and which line to write instead.
 */
import { displayPath } from "../paths.ts";
import type { DeploySettings } from "./deploy-settings.ts";

/** Names that only documentation and tests use (RFC 2606, RFC 6761). */
const RESERVED = /(?:^|\.)(?:example|test|invalid|example\.(?:com|net|org))$/;
const ONLY_HERE = /^localhost$|\.local(?:host)?$|\.internal$/;
const ADDRESS = /^[\d.]+$|^\[/;

/** What is wrong with a BASE_URL; undefined if readers can use it. */
export function baseUrlFault(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return "is not a URL";
  if (ONLY_HERE.test(url.hostname)) return "leads readers to their own machine";
  if (ADDRESS.test(url.hostname)) return "is not the name of a host, which a Worker must have";
  if (RESERVED.test(url.hostname)) return "is an example, which nobody can own";
  if (!url.hostname.includes(".")) return "has a host name that only a local network knows";
  if (url.protocol === "http:") return "begins with http: readers need https";
  if (url.port !== "") return "has a port, and Cloudflare serves a Worker at port 443 only";
  if (url.pathname !== "/" || url.search || url.hash || url.username || url.password)
    return "must be a URL without a path, such as https://press.example";
  return undefined;
}

/** The lines to write into the configuration, for people. @param workersDev the Worker's host below workers.dev, if known */
export function baseUrlRemedy(settings: DeploySettings, workersDev: string | undefined): string[] {
  const file = displayPath(settings.file);
  const line = settings.baseUrlLine === undefined ? "" : `line ${settings.baseUrlLine} of `;
  return [
    `Change ${line}${file} to the address that readers will use.`,
    ...(workersDev === undefined
      ? [
          `Cloudflare gives the Worker an address below workers.dev, which \`npm run deploy\` names once you are logged in:`,
          `    BASE_URL = "https://${settings.name}.YOUR-ACCOUNT.workers.dev"`,
        ]
      : ["The address that Cloudflare gives this Worker:", `    BASE_URL = "https://${workersDev}"`]),
    "Or a name of your own, below a domain whose zone is in this account, with a second line above [vars]:",
    '    BASE_URL = "https://press.YOUR-DOMAIN"',
    `    ${routeLine("press.YOUR-DOMAIN")}`,
  ];
}

/** A warning if the deploy does not serve the host of BASE_URL. */
export function unservedWarning(
  settings: DeploySettings,
  workersDev: string | undefined,
): string | undefined {
  const { hostname } = new URL(settings.baseUrl);
  const onWorkersDev = settings.isOnWorkersDev && workersDev !== undefined ? [workersDev] : [];
  const served = [...settings.hosts, ...onWorkersDev];
  // Without permission to read the account's name below workers.dev, nobody knows whether this is it.
  if (settings.isOnWorkersDev && workersDev === undefined && hostname.endsWith(".workers.dev"))
    return undefined;
  if (served.some((host) => matches(hostname, host))) return undefined;
  const remedy = hostname.endsWith(".workers.dev")
    ? `put one of these into BASE_URL in ${displayPath(settings.file)}`
    : `add this line above [vars] in ${displayPath(settings.file)}: ${routeLine(hostname)}`;
  const where =
    served.length === 0 ? "this deploy serves no address" : `this deploy serves ${served.join(", ")}`;
  return `warning: BASE_URL is ${settings.baseUrl}, but ${where}. All links lead to BASE_URL: unless something else passes it on to the Worker, ${remedy}`;
}

function routeLine(host: string): string {
  return `routes = [{ pattern = "${host}", custom_domain = true }]`;
}

/** @param pattern a host of a route; `*` stands for anything */
function matches(host: string, pattern: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.]/g, "\\."));
  return new RegExp(`^${parts.join(".*")}$`).test(host);
}
