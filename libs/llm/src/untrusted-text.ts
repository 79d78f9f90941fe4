/** C0, C1, zero-width, direction and private characters: invisible to a person, not to a model. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]+/gu;
const URL_CREDENTIALS = /([a-z][a-z0-9+.-]*:\/\/)[^\s/@]+@/gi;
const LONGEST_TEXT = 300;

/** Text that others wrote (labels, process and model names), made safe to show to a person as data. */
export function asData(text: string, longest: number = LONGEST_TEXT): string {
  const visible = text.replace(INVISIBLE, ' ').replace(URL_CREDENTIALS, '$1').replace(/\s+/g, ' ').trim();
  const characters = [...visible];
  return characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : visible;
}
