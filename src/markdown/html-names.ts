/**
 * The names that HTML knows, and what this service does with them.
 */

const names = (text: string) => new Set(text.split(/\s+/).filter(Boolean));

/** Elements without an end tag. */
export const VOID = names("br hr img wbr input area col embed link meta base source track param");

/** Elements that texts often leave open. An open one loses no words. */
const MAY_STAY_OPEN = names(`
  a abbr acronym article aside b bdi bdo big blockquote caption center cite code dd del details dfn div dl dt
  em figcaption figure font footer h1 h2 h3 h4 h5 h6 header i ins kbd li mark nobr ol p q rp rt ruby s samp
  section small span strike strong sub sup tbody td tfoot th thead tr tt u ul var colgroup optgroup option
`);

/** Elements whose text is not parsed as HTML, so that an open one hides all that follows. */
export const RAW_TEXT = names("script style textarea title iframe xmp noembed noframes");

/** Elements that mean something even if they stay open, because they have an address. */
export const WITH_ADDRESS = names("iframe video audio object script");

/** The other elements. An open one is a word in angle brackets, such as `<title>` or `<time>`. */
const MUST_CLOSE = names(`
  address applet audio body button canvas data datalist dialog dir fieldset form head hgroup html label
  legend main map math menu meter nav noscript object output picture portal pre progress search
  select summary svg table template time video
`);

const KNOWN = new Set([...VOID, ...MAY_STAY_OPEN, ...RAW_TEXT, ...MUST_CLOSE]);

export function isHtmlElement(name: string): boolean {
  return KNOWN.has(name);
}

export function mayStayOpen(name: string): boolean {
  return VOID.has(name) || MAY_STAY_OPEN.has(name);
}

/** Attributes that HTML knows without a value. Any other one is a word: `a <b and c> d`. */
export const BOOLEAN_ATTRIBUTES = names(`
  allowfullscreen alt async autofocus autoplay checked compact controls crossorigin default defer disabled
  download formnovalidate hidden inert ismap itemscope loop mozallowfullscreen multiple muted nohref nomodule
  noresize noshade novalidate nowrap open playsinline readonly required reversed seamless selected
  webkitallowfullscreen
`);

/** Elements that are taken out with what is in them. */
export const TAKEN_OUT = names(`
  applet audio base canvas embed iframe link meta noembed noframes object param portal script
  style svg template title track video
`);

/** Parts of a form. Their words stay. */
export const FORM_PARTS = names("button fieldset form input optgroup option select textarea");

/** Blocks that the output does not have. As `div` they keep their words apart. */
export const AS_DIV = names(`
  address article aside button center datalist dialog dir fieldset footer form header hgroup legend main menu nav
  optgroup option search select textarea
`);

/** Parts of a table, which mean nothing outside of one. */
export const TABLE_PARTS = names("caption col colgroup tbody td tfoot th thead tr");
