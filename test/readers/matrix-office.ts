/**
 * The site of the matrix: what its office publishes, corrects, withdraws and kills, in that order.
 */
import type { ApiClient } from "../chaos/api-client.ts";
import { ALL_HOSTILE } from "./hostile-texts.ts";
import type { Kind, MatrixRelease } from "./matrix-releases.ts";

export const SITE = {
  ADMIN_TOKEN: "readers-admin-token",
  SECRETS_KEY: "readers-secrets-key-of-enough-bytes",
  TITLE: 'Releases & <"statements">',
  PUBLISHER: 'Press & <"Media"> Office',
  LANGUAGES: "en,hy,ru,fr,ar",
  TIME_ZONE: "Asia/Yerevan",
  // So few that all kinds are in archives too.
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
export const WITHDRAWN_BECAUSE = `The session was called off. ${ALL_HOSTILE}`;
export const KILLED_BECAUSE = `It named a witness. ${ALL_HOSTILE}`;

export async function publishAll(office: ApiClient, releases: readonly MatrixRelease[]): Promise<void> {
  await office.putRegistry(REGISTRY);
  // In two, or the huge ones would make the body too large.
  const [huge, others] = [of(releases, "huge"), releases.filter(({ kind }) => kind !== "huge")];
  for (const batch of [huge, others]) await office.publishBatch(batch.map(({ release }) => release));
}

/** What happens to releases that readers have already. */
export async function changeAll(office: ApiClient, releases: readonly MatrixRelease[]): Promise<void> {
  for (const { release } of of(releases, "corrected", "corrected, then withdrawn")) {
    await office.publish({ ...release, body: `${release.body}\n\nCorrected.`, change: "major", note: NOTE });
  }
  for (const { release } of of(releases, "withdrawn", "corrected, then withdrawn")) {
    await office.withdraw(release, WITHDRAWN_BECAUSE);
  }
  for (const { release } of of(releases, "killed")) await office.kill(release, KILLED_BECAUSE);
}

function of(releases: readonly MatrixRelease[], ...kinds: Kind[]): MatrixRelease[] {
  return releases.filter(({ kind }) => kinds.includes(kind));
}
