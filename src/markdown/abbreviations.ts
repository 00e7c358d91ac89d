/**
 * Abbreviations that end with a full stop and do not end a sentence. Single letters need no list.
 */

interface Abbreviations {
  /** Before a name or a word. */
  always: ReadonlySet<string>;
  /** Only before a number: `No. 5`, but `He said: No. They left.` */
  beforeNumbers: ReadonlySet<string>;
}

const list = (always: string, beforeNumbers = ""): Abbreviations => ({
  always: new Set(always.split(/\s+/)),
  beforeNumbers: new Set(beforeNumbers.split(/\s+/)),
});

const MONTHS = "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec";

const LISTS: Record<string, Abbreviations> = {
  en: list(
    `Mr Mrs Ms Mx Messrs Dr Drs Prof Rev Fr Hon Rt Gen Lt Col Maj Capt Cpt Cmdr Sgt Adm Brig Gov Sen Rep Reps Sens
     Pres Amb Supt Insp Assoc Asst Pte Bros Dep St Ste Mt Ft vs viz cf approx ca e.g i.e esp incl Ph.D`,
    `No Nos no nos Art Arts art arts Para para paras p pp Fig Figs Sec Secs Ch Vol vol Reg Regs r s ss Cap c Ex
     Rule ${MONTHS}`,
  ),
  fr: list(
    "MM Mme Mmes Mlle Mlles Mgr Me Dr Pr Prof cf av bd éd env ex St Ste Sté Cie Gal Cdt Col S.E S.M adj dir",
    "art Art arts chap n no nos p pp al par vol t janv févr avr juil sept oct nov déc tél",
  ),
  ru: list(
    `гг вв им ул стр ст пп руб коп тыс млн млрд трлн см др пр проф акад ген полк подполк кап св рук зам нач гр гос
     обл респ пос дер просп пер наб корп кв тел доц канд докт чл ред изд т.е т.д т.п т.к т.н т.о д-р г-н г-жа`,
    "ст ч гл п пп рис табл № янв февр апр авг сент окт нояб дек",
  ),
  uk: list("рр ст ім вул обл див проф акад ген тис млн млрд грн ін пр зам т.д т.п пп", "ст ч гл п"),
  hy: list(
    "թթ դդ պրոֆ ակադ գեն փող պող ընկ քաղ գյուղ մարզ հմր այլն օր տես հատ էջ ԱԳ մլն մլրդ հազ",
    "հոդ կետ մաս հատ էջ հմր",
  ),
  de: list(
    `Hr Hrn Fr Dr Prof Dipl Ing Mag St Str bzw ca vgl usw etc ggf inkl exkl evtl bspw sog Mio Mrd Tsd geb gest verh
     Hrsg hrsg Bd Bde Aufl Abs Art Nr Nrn Ziff Kap Abb Tab Anm d.h z.B u.a z.T i.d.R o.g u.U s.o Jh Std Min Sek Jan
     Feb Mär Apr Aug Sept Sep Okt Nov Dez Botsch Min`,
  ),
  es: list(
    "Sr Sra Sres Srta Dr Dra Dres Lic Ing Prof Excmo Excma Ilmo Ilma Ud Uds Vd Vds Gral Cnel Sto Sta Avda aprox EE.UU EE UU",
    "art arts núm núms pág págs cap vol n",
  ),
  pt: list(
    "Sr Sra Srs Sras Dr Dra Exmo Exma Prof Profa Eng Gen Cel Av Lda",
    "art arts n núm pág págs cap vol",
  ),
  it: list("Sig Sigg Dott Prof Ing Avv On Sen Gen Col Amb Mons Spett Egr", "art artt n nn pag pagg cap vol"),
  pl: list("dr prof mgr inż ul al św gen płk tzw tzn np itd itp min godz art ust pkt nr str m.in im ks"),
  nl: list("dhr mevr mw dr drs prof mr ir ing bijv enz nr ca o.a d.w.z t.a.v blz art"),
  tr: list("Dr Prof Doç Av Alb Gen Sn Hz vb vs bkz No Cad Sok"),
};

const NONE = list("");

export function abbreviationsOf(lang: string): Abbreviations {
  const { language } = new Intl.Locale(lang);
  return LISTS[language] ?? LISTS[RELATED[language] ?? ""] ?? NONE;
}

/** Languages that use the abbreviations of another. */
const RELATED: Record<string, string> = { be: "ru", bg: "ru", kk: "ru", ky: "ru", tg: "ru", mk: "ru" };

const ORDINAL_STOPS = new Set(
  "de da nb nn no fi et lv lt cs sk sl hr bs sr hu pl tr is fo lb az tk ka hy".split(" "),
);

/** Whether a number with a full stop is an ordinal number: `24. Oktober`. */
export function hasOrdinalStops(lang: string): boolean {
  return ORDINAL_STOPS.has(new Intl.Locale(lang).language);
}
