/** What one element of the log says. */
export type Reading<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'missing' }
  | { readonly kind: 'denied' }
  | { readonly kind: 'bad'; readonly reason: string };

/** How a number is written and what we make of it. */
export interface Unit {
  readonly pattern: RegExp;
  readonly convert: (written: number) => number;
  /** Plausible values, after conversion. */
  readonly min: number;
  readonly max: number;
}

const NUMBER = '(-?\\d+(?:\\.\\d+)?)';
const BYTES_PER_MIB = 1024 * 1024;
const same = (written: number): number => written;
const unit = (suffix: string, min: number, max: number, convert = same): Unit => ({
  pattern: new RegExp(`^${NUMBER}\\s*${suffix}$`),
  convert,
  min,
  max,
});

export const PERCENT: Unit = unit('%', 0, 1, (percent) => percent / 100);
export const MEBIBYTES: Unit = unit('MiB', 0, Number.MAX_SAFE_INTEGER, (mebibytes) => mebibytes * BYTES_PER_MIB);
/** Also for margins and offsets, which may be negative. */
export const CELSIUS: Unit = unit('C', -100, 200);
export const WATTS: Unit = unit('W', 0, 20_000);
export const MEGAHERTZ: Unit = unit('MHz', 0, 100_000);
export const MICROSECONDS: Unit = unit('us', 0, Number.MAX_SAFE_INTEGER, (microseconds) => microseconds / 1e6);
/** The driver writes MiB where it means powers of two, so its KB are thousands. */
export const KILOBYTES_PER_SECOND: Unit = unit('KB/s', 0, 1e13, (kilobytes) => kilobytes * 1000);
export const LANES: Unit = unit('x', 0, 64);
export const GENERATION: Unit = unit('', 0, 20);
export const BANKS: Unit = unit('bank\\(s\\)', 0, 1e9);
export const COUNT: Unit = { pattern: /^(\d+)$/, convert: same, min: 0, max: Number.MAX_SAFE_INTEGER };

const MISSING: Reading<never> = { kind: 'missing' };
const NOT_REPORTED =
  /^\[?(n\/?a|not supported|not found|none|unknown|requested functionality has been deprecated)?\]?$/i;
const DENIED = /^\[?(insufficient permissions?|no permissions?)\]?$/i;
/** Drivers from 610 on mark renamed values, as in `610.12 [Deprecated, use …]`. */
const DEPRECATED_TAIL = /\s*\[deprecated[^\]]*\]?$/i;
/** What the driver writes in the place of a value when reading it failed. */
const FAULT = /^\[?(err!?|error|unknown error|gpu is lost\b.*|(gpu )?requires? reset\b.*)\]?$/i;
const QUOTE_LENGTH = 60;

function quote(text: string): string {
  return `nvidia-smi gave "${text.length > QUOTE_LENGTH ? `${text.slice(0, QUOTE_LENGTH)}…` : text}"`;
}

/** Text between child elements is no value: xml2js joins its pieces, and two numbers would become a third. */
function textOf(element: unknown): string | null {
  const isTextOnly = isElement(element) && Object.keys(element).every((name) => name === '_' || name === '$');
  const text = isTextOnly ? element._ : element;
  return typeof text === 'string' ? text.trim().replace(DEPRECATED_TAIL, '') : null;
}

export function isElement(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Text as it stands; fault texts are no value. */
export function readText(element: unknown): Reading<string> {
  const text = textOf(element);
  if (text === null || NOT_REPORTED.test(text)) return MISSING;
  if (DENIED.test(text)) return { kind: 'denied' };
  return FAULT.test(text) ? { kind: 'bad', reason: quote(text) } : { kind: 'value', value: text };
}

/** As `readText`, for an element in which `None` is an answer. */
export function readTextOrNone(element: unknown): Reading<string> {
  return /^none$/i.test(textOf(element) ?? '') ? { kind: 'value', value: 'None' } : readText(element);
}

/** A number with exactly the expected unit and a plausible size; anything else is no value. */
export function readNumber(element: unknown, expected: Unit): Reading<number> {
  const text = readText(element);
  if (text.kind !== 'value') return text;
  const written = expected.pattern.exec(text.value)?.[1];
  if (written === undefined) return { kind: 'bad', reason: quote(text.value) };
  // Adding 0 makes 0 of -0.
  const value = expected.convert(Number(written)) + 0;
  if (value >= expected.min && value <= expected.max) return { kind: 'value', value };
  return { kind: 'bad', reason: `${quote(text.value)}, which is out of range` };
}

/** One of a few words, as `Enabled` or `No`. */
export function readWord<T>(element: unknown, words: Readonly<Record<string, T>>): Reading<T> {
  const text = readText(element);
  if (text.kind !== 'value') return text;
  const value = Object.entries(words).find(([word]) => word.toLowerCase() === text.value.toLowerCase())?.[1];
  return value === undefined ? { kind: 'bad', reason: quote(text.value) } : { kind: 'value', value };
}

/** `a/b/c`; a `**` segment finds the next name at any depth. Undefined when there is no such element. */
export function findElement(root: unknown, path: string): unknown {
  return path.split('/').reduce<unknown>((element, segment, index, segments) => {
    if (segment === '**') return element;
    return segments[index - 1] === '**' ? findDeep(element, segment) : childOf(element, segment);
  }, root);
}

function childOf(element: unknown, name: string): unknown {
  return isElement(element) && Object.hasOwn(element, name) ? element[name] : undefined;
}

/** Deeper than the log nests, and far from the end of the stack. */
const DEEPEST = 8;

function findDeep(element: unknown, name: string, depth = 0): unknown {
  if (!isElement(element) || depth > DEEPEST) return undefined;
  if (Object.hasOwn(element, name)) return element[name];
  for (const child of Object.values(element)) {
    const found = findDeep(child, name, depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** xml2js gives one element bare and several as an array. */
export function asList(element: unknown): readonly unknown[] {
  if (element === undefined) return [];
  return Array.isArray(element) ? element : [element];
}
