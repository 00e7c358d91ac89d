/**
 * Recognises lines of the web page around a text, such as buttons and menus, that were copied with it.
 */

// Complete lines, compared without case and without arrows and punctuation around them. Unknown lines stay
// in the text: an extra line does less harm than a lost one.
const LINES = new Set(
  `
    print | print the page | print this page | print page | print version | printable version
    printer friendly version | share | share this | share this page | share on facebook
    share on twitter | share on x | share on linkedin | share on telegram | facebook | twitter
    linkedin | telegram | tweet | whatsapp | email | e-mail | send by email | send to a friend
    back | go back | back to list | back to top | back to news | to top | top | home | news
    all news | next | previous | read more | skip to content | skip to main content | copy link
    subscribe | download pdf | save as pdf
    տպել | տպել էջը | տպել այս էջը | տպելու տարբերակ | տպման տարբերակ | կիսվել | տարածել | հետ
    վերադառնալ | դեպի վեր | գլխավոր | գլխավոր էջ | նորություններ | բոլոր նորությունները | հաջորդը
    նախորդը
    печать | распечатать | распечатать страницу | версия для печати | поделиться
    поделиться в facebook | назад | вернуться | вернуться назад | к списку | наверх | главная
    новости | все новости | далее | следующая | предыдущая | вконтакте | одноклассники | телеграм
    отправить по почте
    imprimer | imprimer la page | imprimer cette page | version imprimable | version à imprimer
    partager | partager sur facebook | partager sur twitter | partager cette page | retour
    retour à la liste | retour en haut | haut de page | haut de la page | accueil | actualités
    suivant | précédent | envoyer par courriel | télécharger en pdf | aller au contenu | drucken
    seite drucken | teilen | zurück | nach oben | imprimir | compartir | volver | stampa | condividi
    indietro
    друк | друкувати | поділитися
    ბეჭდვა | გაზიარება
    yazdır | paylaş
  `
    .split(/[|\n]/)
    .map(normalise)
    .filter((line) => line !== ""),
);
/** `Home > News > Statements` */
const BREADCRUMBS = /^(?:home|главная|գլխավոր|accueil|startseite)\s*[>»›/|→]/i;

/** Whether a line belongs to the page and not to the text. */
export function isPageChrome(line: string): boolean {
  return LINES.has(normalise(line)) || BREADCRUMBS.test(line);
}

function normalise(line: string): string {
  return line
    .toLowerCase()
    .replace(/^[^\p{L}]+|[^\p{L}]+$/gu, "")
    .replace(/\s+/g, " ");
}
