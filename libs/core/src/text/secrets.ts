/** Stands where a secret stood. There is no way back: an answer never needs one. */
export const REDACTED = '[secret]';

const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/gs;
const URL_CREDENTIALS = /(:\/\/)[^\s/@]+@/g;
const JSON_WEB_TOKEN = /\beyJ[\w-]{4,}\.[\w-]{4,}(?:\.[\w-]*)?/g;
/** Beginnings by which services mark their keys, so that leaked ones can be found. */
const MARKED_KEY =
  /\b(?:gsk_|sk-|[srp]k_(?:live|test)_|hf_|nvapi-|gh[opsur]_|github_pat_|glpat-|xox[a-z]-|xapp-|AIza|ya29\.|npm_|pypi-|r8_|pplx-|lsv2_)[\w-]{4,}/g;
const AWS_KEY = /\b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{12,}/g;
const BEARER = /\b(bearer\s+)[\w.~+/=-]{4,}/gi;
const BASIC = /\b(basic\s+)[\w+/]{14,}={0,2}/gi;

const VALUE = String.raw`[^\s"',;&(){}\[\]]+`;
const STRONG_KEY =
  'passw(?:or)?d|pwd|passphrase|secret|api[_-]?key|access[_-]?key|private[_-]?key|credentials?|authorization|auth|cookie|session(?:[_-]?id)?|signature';
/** `password: x`, `API_KEY=x`, `"secret":"x"`; the word may be the end of a longer name. */
const STRONG_PAIR = new RegExp(
  String.raw`((?<!\w)[\w.-]{0,40}(?:${STRONG_KEY})(?:[_-]\w+)?["']?\s*[=:]\s*["']?)(?!\[secret)${VALUE}`,
  'gi',
);
/** `first token: 2 s` is a reading: a token is a secret where it is assigned, or looks like one. */
const TOKEN_PAIR = new RegExp(
  String.raw`((?<!\w)[\w.-]{0,40}token["']?(?:\s*=\s*|:\s*)["']?)(?!\[secret)(${VALUE})`,
  'gi',
);
const SECRET_FLAG = new RegExp(
  String.raw`(--?[\w-]{0,40}(?:passw(?:or)?d|secret|api-?key|token)\s+)(?!-|\[secret)(${VALUE})`,
  'gi',
);
/** Longer than any part of a UUID. */
const LONG_HEX = /[0-9a-f]{32,}/gi;
const LONG_RUN = /[A-Za-z0-9+/_-]{24,}={0,2}/g;

/**
 * Whether a run of 16 or more letters and digits changes its kind as often as chance does (about once in two
 * characters); names of models and devices do so once in six. A capital before small letters is no change.
 */
function looksRandom(text: string): boolean {
  return (text.match(/[A-Za-z0-9]{16,}/g) ?? []).some((run) => {
    const changes = run.match(/[a-z](?=[A-Z0-9])|[A-Z](?=[0-9])|[0-9](?=[A-Za-z])/g)?.length ?? 0;
    return /\d/.test(run) && changes >= run.length / 4;
  });
}

function looksSecret(value: string, assigned: string): boolean {
  if (/^\d{1,9}(?:\.\d+)?%?$/.test(value)) return false;
  return assigned.includes('=') || (value.length >= 6 && /\d/.test(value));
}

/** Replaces keys, passwords, tokens, credentials and long random strings for good. */
export function withoutSecrets(text: string): string {
  return text
    .replace(PRIVATE_KEY, REDACTED)
    .replace(URL_CREDENTIALS, '$1')
    .replace(JSON_WEB_TOKEN, REDACTED)
    .replace(MARKED_KEY, REDACTED)
    .replace(AWS_KEY, REDACTED)
    .replace(BEARER, `$1${REDACTED}`)
    .replace(BASIC, `$1${REDACTED}`)
    .replace(STRONG_PAIR, `$1${REDACTED}`)
    .replace(TOKEN_PAIR, (all, key: string, value: string) => (looksSecret(value, key) ? `${key}${REDACTED}` : all))
    .replace(SECRET_FLAG, (all, flag: string, value: string) => (looksSecret(value, '=') ? `${flag}${REDACTED}` : all))
    .replace(LONG_HEX, REDACTED)
    .replace(LONG_RUN, (run) => (looksRandom(run) ? REDACTED : run));
}
