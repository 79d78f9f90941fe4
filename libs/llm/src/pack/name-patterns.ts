export const NAME_KINDS = ['mail', 'host', 'id', 'ip', 'user'] as const;
/** What a pseudonym stands for, and its first syllable. */
export type NameKind = (typeof NAME_KINDS)[number];

const HEX4 = '[0-9a-f]{4}';
const TOP_LEVEL =
  'com|net|org|io|ai|cloud|internal|local|lan|corp|intra|home|svc|edu|gov|mil|dev|app|info|biz|de|fr|uk|eu|us|ch|at|nl|jp|cn|in|au|ca';

const MAIL = ['mail', String.raw`(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*`] as const;
/** Ways in which names and addresses stand in text, in the order of trying. */
const FORMS: readonly (readonly [string, string])[] = [
  ['uuid', String.raw`(?:(?:GPU|MIG)-)?[0-9a-f]{8}(?:-${HEX4}){3}-[0-9a-f]{12}`],
  ['ip', String.raw`(?<!\d)\d{1,3}(?:\.\d{1,3}){3,}`],
  ['hostOfUrl', String.raw`(?<=:\/\/)[^\s\/:?#"'()\[\],;]+`],
  ['busId', String.raw`(?<![0-9a-f]|[0-9a-f]:)(?:[0-9a-f]{4}){1,2}:[0-9a-f]{2}:[0-9a-f]{2}(?:\.[0-9])?(?![0-9a-f:])`],
  ['mac', String.raw`(?<![0-9a-f:])[0-9a-f]{2}(?::[0-9a-f]{2}){5}(?![0-9a-f:])`],
  ['ipv6', String.raw`(?<!\w)[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,8}(?:\.\d{1,3}){0,3}(?!\w)`],
  [
    'user',
    String.raw`(?<=[\\/](?:home|users)[\\/])[^\s\\/:"'()\[\],;]+|(?<=\b(?:user(?:name)?|owner|login)[=:]\s?)[a-z_][\w.-]*|(?<=\b[ug]id=\d+\()[\w.-]+`,
  ],
  [
    'host',
    String.raw`\bip-\d{1,3}(?:-\d{1,3}){3}[\w.-]*|\b(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+(?:${TOP_LEVEL})\b(?![.-]?\w)`,
  ],
];
/** Text that looks like one of our pseudonyms gets one of its own, so that the way back stays unambiguous. */
const LOOKALIKE = String.raw`(?:${NAME_KINDS.join('|')})-[0-9a-f]{4,}`;

function groups(forms: readonly (readonly [string, string])[]): RegExp {
  return new RegExp(forms.map(([name, form]) => `(?<${name}>${form})`).join('|'), 'gi');
}

/** Names and addresses that their form gives away; the group tells the form. */
export const TOLD_BY_FORM = groups([...FORMS, ['lookalike', LOOKALIKE]]);

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

/** Any of the names as a whole word, longest first; never matches without names. */
function oneOf(names: readonly string[]): string {
  if (names.length === 0) return '(?!)';
  const longestFirst = [...names].sort((left, right) => right.length - left.length || (left < right ? -1 : 1));
  return String.raw`(?<![\w\u00c0-\uffff])(?:${longestFirst.map(escaped).join('|')})(?![\w\u00c0-\uffff])`;
}

/** Names that are known, and mail addresses, of which a known name may be a part. */
export function knownNames(known: { readonly hosts: readonly string[]; readonly users: readonly string[] }): RegExp {
  return groups([MAIL, ['knownHost', oneOf(known.hosts)], ['knownUser', oneOf(known.users)]]);
}

/** Which kind of name a form gives. */
export const KIND_OF_FORM: Readonly<Record<string, NameKind>> = {
  mail: 'mail',
  uuid: 'id',
  mac: 'id',
  lookalike: 'id',
  ip: 'ip',
  ipv6: 'ip',
  hostOfUrl: 'host',
  host: 'host',
  knownHost: 'host',
  user: 'user',
  knownUser: 'user',
};
