/**
 * The site of the matrix, and its changes in order: publish, correct, withdraw and kill.
 */
import type { ApiClient } from "../chaos/api-client.ts";
import { ALL_HOSTILE } from "./hostile-texts.ts";
import type { Kind, MatrixRelease } from "./matrix-releases.ts";

export const SITE = {
  ADMIN_TOKEN: "readers-admin-token-0123456789-0123456789-abcdefg",
  SECRETS_KEY: "cmVhZGVycy1zZWNyZXRzLWtleS1vZi1lbm91Z2gtYnl0ZXM=",
  TITLE: 'Releases & <"statements">',
  PUBLISHER: 'Press & <"Media"> Office',
  LANGUAGES: "en,hy,ru,fr,ar",
  TIME_ZONE: "Asia/Yerevan",
  // Small, so that archives hold every kind of release.
  FEED_ITEMS: "7",
};

export const TOPIC_NAMES = {
  en: 'Security, <peace> & "trust"',
  hy: "Անվտանգություն",
  ru: "Безопасность",
  ar: "الأمن",
};

export const REGISTRY = {
  topics: [
    { slug: "security", names: TOPIC_NAMES },
    { slug: "culture", names: { en: "Culture", hy: "Մշակույթ", ru: "Культура", ar: "الثقافة" } },
  ],
};

export const NOTE = `The date was wrong. ${ALL_HOSTILE}`;
export const WITHDRAWAL_REASON = `The session was called off. ${ALL_HOSTILE}`;
export const KILL_REASON = `It named a witness. ${ALL_HOSTILE}`;

export async function publishAll(api: ApiClient, releases: readonly MatrixRelease[]): Promise<void> {
  await api.putRegistry(REGISTRY);
  // Two batches, because one would exceed the limit of the request body.
  const [huge, others] = [ofKinds(releases, "huge"), releases.filter(({ kind }) => kind !== "huge")];
  for (const batch of [huge, others]) await api.publishBatch(batch.map(({ release }) => release));
}

/** Changes releases that are already in the feeds. */
export async function changeAll(api: ApiClient, releases: readonly MatrixRelease[]): Promise<void> {
  for (const { release } of ofKinds(releases, "corrected", "corrected, then withdrawn")) {
    await api.publish({ ...release, body: `${release.body}\n\nCorrected.`, change: "major", note: NOTE });
  }
  for (const { release } of ofKinds(releases, "withdrawn", "corrected, then withdrawn")) {
    await api.withdraw(release, WITHDRAWAL_REASON);
  }
  for (const { release } of ofKinds(releases, "killed")) await api.kill(release, KILL_REASON);
}

function ofKinds(releases: readonly MatrixRelease[], ...kinds: Kind[]): MatrixRelease[] {
  return releases.filter(({ kind }) => kinds.includes(kind));
}
