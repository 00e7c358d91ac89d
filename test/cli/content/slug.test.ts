import * as fc from "fast-check";
import { expect, test } from "vitest";
import { freeSlug, slugOf } from "../../../src/cli/content/slug.ts";
import { SLUG_CHARS_MAX } from "../../../src/domain/limits.ts";

const LANGUAGES = ["tr", "de", "az", "uk", "ka", "el", "ar", "he", "zh-Hant", "da", "sr-Latn"];
const title = fc.string({ unit: "grapheme", maxLength: 400 });

test.each([
  ["Armenia’s Q&A: “What now?”", "armenias-q-and-a-what-now"],
  ["Заявление МИД Армении", "zayavlenie-mid-armenii"],
  [
    "Արտաքին գործերի նախարարության և ՀԱՊԿ հայտարարությունը",
    "artaqin-gortseri-nakhararutyan-yev-hapk-haytararutyuny",
  ],
  ["ՆՈՐ ՈՐՈՇՈՒՄ", "nor-voroshum"],
  ["Déclaration à l’issue de la réunion", "declaration-a-l-issue-de-la-reunion"],
  ["Եվրոպա եւ Երեւան, Երևան", "yevropa-yev-yerevan-yerevan"],
  ["Ինչո՞ւ է այդպե՛ս", "inchu-e-aydpes"],
  ["Ո՞վ է, ովքե՞ր են, որո՞նք", "ov-e-ovqer-yen-voronq"],
  ["Այվազյա՞ն, Հայ֊ռուս", "ayvazyan-hay-rus"],
  ["Wett\u00adbe\u200bwerb\u2060s\ufeffrecht", "wettbewerbsrecht"],
  ["ﬁnance, CO₂, Ｇ２０", "finance-co2-g20"],
  ["Łódź, Læsø, Đorđević, ısparta, ŧŋħ", "lodz-laeso-dordevic-isparta-tnh"],
  ["٢٠٢٠ الســلام", "2020-alslam"],
  ["日本", ""],
])("%s → %s", (title, slug) => {
  expect(slugOf(title)).toBe(slug);
});

test.each([
  ["tr", "Bölgedeki gelişmeler: IŞIK, İstanbul, Çağrı", "bolgedeki-gelismeler-isik-istanbul-cagri"],
  ["de", "Größe, Übermut und Äußerung", "groesse-uebermut-und-aeusserung"],
  ["de-AT", "Österreich", "oesterreich"],
  ["de", "GROẞE STRAẞE & Söhne", "grosse-strasse-und-soehne"],
  ["hy", "Հարց & պատասխան", "harc-yev-pataskhan"],
  ["ru", "Q&A", "q-i-a"],
  ["es", "Mesa & diálogo", "mesa-y-dialogo"],
  ["fi", "Q&A", "q-a"],
  ["az", "Azərbaycan Respublikası, Şuşa, Gəncə", "azerbaycan-respublikasi-susa-gence"],
  [
    "uk",
    "Київ, Згурський, щодо їжі й об’єднання, Україна",
    "kyiv-zghurskyi-shchodo-yizhi-y-obiednannia-ukraina",
  ],
  ["ka", "საქართველოს საგარეო საქმეთა სამინისტრო", "sakartvelos-sagareo-sakmeta-saministro"],
  [
    "el",
    "Το Υπουργείο, η Ευρώπη, αυτό, Μπάμπης, Ξάνθη, ευθύνη",
    "to-ypourgeio-i-evropi-afto-bampis-xanthi-efthyni",
  ],
  ["el", "Άγγελος, Καΐρη, προϋπολογισμός", "angelos-kairi-proypologismos"],
  ["fi", "Pääministeri öljy", "paaministeri-oljy"],
  ["sv", "Åtgärder för miljön", "atgarder-for-miljon"],
  ["da", "Århus og Ærø", "aarhus-og-aeroe"],
  ["hu", "Köztársaság, őszi űr", "koztarsasag-oszi-ur"],
  ["es", "Año nuevo, pingüino", "ano-nuevo-pinguino"],
  ["ru", "Заявление МИД", "zayavlenie-mid"],
  ["ar", "وزارة الخارجية", "wzarh-alkharjyh"],
  ["fa", "گزارش چهار پیام", "gzarsh-chhar-pyam"],
  ["he", "משרד החוץ 2026", ""],
  ["zh-Hans", "中国外交部 2026", ""],
  ["ja", "外務省 NATO", "nato"],
])("in %s, %s → %s", (lang, title, slug) => {
  expect(slugOf(title, lang)).toBe(slug);
});

test("every title makes a valid slug or an empty one", () => {
  fc.assert(
    fc.property(title, fc.constantFrom(undefined, ...LANGUAGES), (text, lang) => {
      const slug = slugOf(text, lang);
      expect(slug.length).toBeLessThanOrEqual(SLUG_CHARS_MAX);
      expect(slug).toMatch(/^(?:[a-z0-9]+(?:-[a-z0-9]+)*)?$/);
    }),
  );
});

test("a taken slug gets the next number, within the length limit", () => {
  const long = slugOf("word ".repeat(100));
  const taken = new Set([long]);
  const free = freeSlug(long, (slug) => taken.has(slug));
  expect(free).toMatch(/^(?:word-)+2$/);
  expect(free.length).toBeLessThanOrEqual(SLUG_CHARS_MAX);
});
