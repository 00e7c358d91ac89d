import * as fc from "fast-check";
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parseRegistryFile } from "../../../src/cli/content/registry-file.ts";
import { NamedValues, splitWords } from "../../../src/cli/tag/named-values.ts";
import { EMPTY_REGISTRY, type Registry } from "../../../src/domain/registry.ts";
import { FACETS } from "../../../src/domain/release.ts";
import { OFFICE_REGISTRY } from "../support/content-folders.ts";

const read = parseRegistryFile(OFFICE_REGISTRY, await readFile(OFFICE_REGISTRY));
if (Array.isArray(read)) throw new Error(JSON.stringify(read));
const { content: registry } = read;
const known = new NamedValues(registry);

/** `facet/slug`, each once. */
function named(text: string, values = known): string[] {
  return [
    ...new Set(values.find(splitWords([{ line: 1, text }])).map(({ facet, slug }) => `${facet}/${slug}`)),
  ];
}

/** A registry of organisations by slug, with the spellings of each. */
function organisations(spellings: Record<string, string[]>): NamedValues {
  const organisations: Registry["organisations"] = Object.entries(spellings).map(([slug, all]) => ({
    slug,
    names: { en: slug },
    spellings: all,
  }));
  return new NamedValues({ ...EMPTY_REGISTRY, organisations });
}

test.each([
  ["The CSTO met."],
  ["the csto’s agenda"],
  ["Саммит ОДКБ."],
  ["ՀԱՊԿ-ի նիստը"],
  ["Réunion de l’OTSC"],
  ["COLLECTIVE SECURITY TREATY ORGANIZATION"],
  ["в рамках Организации Договора о коллективной безопасности"],
  ["Հավաքական անվտանգության պայմանագրի կազմակերպության անդամները"],
  ["l’Organisation du traite de securite collective"],
  ["the Collective Security\nTreaty Organization"],
  ["**CSTO**—a treaty"],
])("%j names the CSTO", (text) => {
  expect(named(text)).toContain("organisations/csto");
});

test.each([
  ["Министр Ара Айвазян", "people/ara-aivazian"],
  ["встреча с министром Айвазяном", "people/ara-aivazian"],
  ["выступление Ары Айвазяна", "people/ara-aivazian"],
  ["Արա Այվազյանը շնորհավորեց", "people/ara-aivazian"],
  ["նախարար Այվազյանի խոսքը", "people/ara-aivazian"],
  ["le ministre Aivazian", "people/ara-aivazian"],
  ["сопредседатели Минской группы ОБСЕ", "organisations/osce-minsk-group"],
  ["ԵԱՀԿ Մինսկի խմբի համանախագահներ", "organisations/osce-minsk-group"],
  ["в Нагорном Карабахе", "places/nagorno-karabakh"],
  ["о нагорно-карабахском конфликте", "topics/nagorno-karabakh"],
  ["Լեռնային Ղարաբաղի հակամարտության կարգավորումը", "topics/nagorno-karabakh"],
  ["Արցախում", "places/nagorno-karabakh"],
  ["Հայաստանի Հանրապետության կառավարությունը", "places/armenia"],
  ["борьбу с терроризмом", "topics/counter-terrorism"],
])("%j names %s", (text, value) => {
  expect(named(text)).toContain(value);
});

test.each([
  ["Армянский народ и армяне"],
  ["Ara met Aivazian"],
  ["The security collective"],
  ["https://press.example/armenia/csto"],
  ["[here](https://press.example/csto)"],
  ["Карабахский ковёр"],
  ["Minsk is a city; the group left"],
  [""],
])("%j names nothing", (text) => {
  expect(named(text)).toEqual([]);
});

test("a name inside a longer name of the same facet is not a mention", () => {
  const values = organisations({ un: ["United Nations"], undp: ["United Nations Development Programme"] });
  expect(named("The United Nations Development Programme", values)).toEqual(["organisations/undp"]);
  expect(named("United Nations Development Programme of the United Nations", values)).toEqual([
    "organisations/undp",
    "organisations/un",
  ]);
});

test("a name that two values share suggests both", () => {
  const values = organisations({ "foreign-ministry": ["MFA"], "free-trade-area": ["MFA"] });
  expect(named("The MFA said", values)).toEqual([
    "organisations/foreign-ministry",
    "organisations/free-trade-area",
  ]);
});

test("a short abbreviation matches only in capitals", () => {
  const values = organisations({ "health-organization": ["WHO"], states: ["US"], kpa: ["ООН"] });
  expect(named("Those who told us, онн оон", values)).toEqual([]);
  expect(named("The WHO and a US-led ООН", values)).toEqual([
    "organisations/health-organization",
    "organisations/states",
    "organisations/kpa",
  ]);
});

test("every name and spelling of a registry is found at its place in a text", () => {
  const all = FACETS.flatMap((facet) =>
    registry[facet].flatMap(({ slug, names, spellings }) =>
      [...Object.values(names), ...spellings].map((spelling) => ({ facet, slug, spelling })),
    ),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...all),
      fc.constantFrom("", "xyzzy", "Слово", "“quoted” 12"),
      fc.boolean(),
      ({ facet, slug, spelling }, beside, upper) => {
        const written = upper ? spelling.toUpperCase() : spelling;
        const text = splitWords([{ line: 7, text: `${beside}\n${written}, ${beside}` }]);
        const found = known.find(text).filter((naming) => naming.facet === facet && naming.slug === slug);
        expect(found.length).toBeGreaterThan(0);
        expect(found.map(({ start }) => text[start]?.line)).toContain(8);
      },
    ),
  );
});
