/**
 * A target → the documents that it is made of: a pure function of the ledger and the settings, so
 * that KV can be lost and made again, byte for byte.
 */
import type { ReleaseView } from "../../domain/release.ts";
import {
  DIRECTORY_PATH,
  type DocumentPlace,
  OPML_PATH,
  REGISTRY_PATH,
  releaseJsonPath,
} from "../../documents/paths.ts";
import { listAddress } from "../../domain/list.ts";
import { EMPTY_REGISTRY, type Registry } from "../../domain/registry.ts";
import { directoryPage, writeOpml } from "../../site/directory-page.ts";
import { killedPage, releasePage } from "../../site/release-page.ts";
import type { Config } from "../../config.ts";
import type { ReleaseViews } from "../store/release-views.ts";
import { HTML, type RenderSource, type RenderedDocument } from "./rendered.ts";
import { renderList } from "./render-list.ts";
import type { Target } from "../store/stale-documents.ts";

/** Part of what documents are a function of: raise it when the renderers write other bytes than before. */
export const RENDERER_VERSION = 5;

const JSON_TYPE = "application/json; charset=utf-8";

/**
 * The documents of a target that are wanted; none when the world may not see it.
 *
 * @param wanted by path; of lists that not everybody asks for, only what was asked for is made
 */
export function renderTarget(
  target: Target,
  ledger: RenderSource,
  config: Config,
  nowMs: number,
  wanted: (path: string) => boolean,
): RenderedDocument[] {
  switch (target.kind) {
    case "list":
    case "archive":
      return renderList(target, ledger, config, nowMs, wanted);
    case "directory":
      return renderDirectory(ledger, config);
    case "registry":
      return [
        { path: REGISTRY_PATH, type: JSON_TYPE, body: JSON.stringify(registryOf(ledger) ?? EMPTY_REGISTRY) },
      ];
    case "release": {
      const release = ledger.views.byId(target.id);
      return release ? renderRelease(release, ledger, config) : [];
    }
  }
}

/** The target that holds the document at a path; undefined where none is. */
export function targetAt(place: DocumentPlace, views: ReleaseViews): Target | undefined {
  switch (place.kind) {
    case "list": {
      const { list, archive } = place.place;
      const address = listAddress(list);
      return archive === undefined ? { kind: "list", address } : { kind: "archive", address, archive };
    }
    case "directory":
    case "registry":
      return place;
    case "release-json":
      return { kind: "release", id: place.id };
    case "release": {
      const id = views.atAddress(place.lang, place.slug);
      return id === undefined ? undefined : { kind: "release", id };
    }
  }
}

/** Whether all documents of a target are made, whoever asks: of other lists, only those that somebody asked for. */
export function isAlwaysRendered(target: Target): boolean {
  if (target.kind === "archive") return false;
  return target.kind !== "list" || /^\/[^/?]*$/.test(target.address);
}

function renderRelease(release: ReleaseView, ledger: RenderSource, config: Config): RenderedDocument[] {
  const address = ledger.views.presentPath(release.id);
  const retired = ledger.views
    .retiredPaths(release.id)
    .map((path): RenderedDocument => ({ path, type: HTML, body: "", status: 301, location: address }));
  const json: RenderedDocument = {
    path: releaseJsonPath(release.id),
    type: JSON_TYPE,
    body: JSON.stringify(release),
  };
  if (release.status === "killed") {
    const page: RenderedDocument = {
      path: address,
      type: HTML,
      body: killedPage(release, config.site),
      status: 410,
    };
    return [page, { ...json, status: 410 }, ...retired];
  }
  const page: RenderedDocument = {
    path: address,
    type: HTML,
    body: releasePage(release, address, config.site),
  };
  return [page, json, ...retired];
}

function renderDirectory(ledger: RenderSource, { site }: Config): RenderedDocument[] {
  const counts = ledger.counts();
  const registry = registryOf(ledger);
  return [
    { path: DIRECTORY_PATH, type: HTML, body: directoryPage(counts, registry, site) },
    { path: OPML_PATH, type: "text/x-opml; charset=utf-8", body: writeOpml(counts, registry, site) },
  ];
}

function registryOf({ registry }: RenderSource): Registry | undefined {
  return registry.present();
}
