/**
 * The types of files that an office publishes. The bytes of a file say what it is; among several types with the
 * same form, such as the texts, the ending of its name decides.
 */

export const TEXT = "text/plain";
export const SVG = "image/svg+xml";
export const ZIP = "application/zip";
/** Word, Excel and PowerPoint before 2007. */
export const OLE = "application/x-ole-storage";
export const MP4 = "video/mp4";
export const OGG = "application/ogg";

const OPEN_XML = "application/vnd.openxmlformats-officedocument.";
const OPEN_DOCUMENT = "application/vnd.oasis.opendocument.";
export const DOCX = `${OPEN_XML}wordprocessingml.document`;
export const XLSX = `${OPEN_XML}spreadsheetml.sheet`;
export const PPTX = `${OPEN_XML}presentationml.presentation`;

/** By ending: the type, and what the bytes may be if that is not the type itself. */
const TYPES: Readonly<Record<string, readonly [type: string, ...contents: string[]]>> = {
  pdf: ["application/pdf"],
  png: ["image/png"],
  jpg: ["image/jpeg"],
  jpeg: ["image/jpeg"],
  gif: ["image/gif"],
  webp: ["image/webp"],
  avif: ["image/avif"],
  svg: [SVG],
  txt: ["text/plain", TEXT, SVG],
  csv: ["text/csv", TEXT],
  html: ["text/html", TEXT],
  htm: ["text/html", TEXT],
  xml: ["application/xml", TEXT, SVG],
  json: ["application/json", TEXT],
  ics: ["text/calendar", TEXT],
  vcf: ["text/vcard", TEXT],
  rtf: ["application/rtf"],
  doc: ["application/msword", OLE],
  xls: ["application/vnd.ms-excel", OLE],
  ppt: ["application/vnd.ms-powerpoint", OLE],
  docx: [DOCX],
  xlsx: [XLSX],
  pptx: [PPTX],
  odt: [`${OPEN_DOCUMENT}text`],
  ods: [`${OPEN_DOCUMENT}spreadsheet`],
  odp: [`${OPEN_DOCUMENT}presentation`],
  epub: ["application/epub+zip"],
  zip: [ZIP],
  mp3: ["audio/mpeg"],
  m4a: ["audio/mp4", "audio/mp4", MP4],
  wav: ["audio/wav"],
  ogg: ["audio/ogg", OGG],
  mp4: [MP4],
  mov: ["video/quicktime", "video/quicktime", MP4],
  webm: ["video/webm"],
};

/** All endings, for messages. */
export const FILE_ENDINGS: readonly string[] = Object.keys(TYPES);

/** The ending of a name in lower case, without the dot; "" if it has none. */
export function endingOf(name: string): string {
  return /.\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";
}

/**
 * The media type of a file under a name; undefined if the ending is unknown, or belongs to another content.
 *
 * @param content what the bytes are, as `detectContent` says
 */
export function typeOfFile(content: string, name: string): string | undefined {
  const known = Object.hasOwn(TYPES, endingOf(name)) ? TYPES[endingOf(name)] : undefined;
  if (known === undefined) return undefined;
  const [type, ...contents] = known;
  return (contents.length === 0 ? [type] : contents).includes(content) ? type : undefined;
}

/** Why a file cannot have its name, for people. */
export function wrongName(content: string, name: string): string {
  const ending = endingOf(name);
  return FILE_ENDINGS.includes(ending)
    ? `is not what .${ending} says: its content is ${content}; give it the right ending`
    : `has an ending that the service does not serve; it serves ${FILE_ENDINGS.join(", ")}`;
}
