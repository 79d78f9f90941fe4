/** A number written as words, and where it ends in its text. */
export interface WordNumber {
  readonly start: number;
  readonly end: number;
  readonly value: number;
  readonly decimals: number;
  /** `share` for fractions, `factor` for multiples. */
  readonly kind: 'plain' | 'share' | 'factor';
}

const SMALL: ReadonlyMap<string, number> = new Map(
  (
    'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen ' +
    'eighteen nineteen'
  )
    .split(' ')
    .map((word, index) => [word, index] as const)
    .concat([['nil', 0] as const, ['nought', 0] as const]),
);
const TENS: ReadonlyMap<string, number> = new Map(
  'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ').map((word, index) => [word, (index + 2) * 10]),
);
const SCALES: ReadonlyMap<string, number> = new Map([
  ['dozen', 12],
  ['hundred', 100],
  ['thousand', 1e3],
  ['million', 1e6],
  ['billion', 1e9],
]);
const PARTS: ReadonlyMap<string, number> = new Map([
  ['half', 2],
  ['halves', 2],
  ['third', 3],
  ['quarter', 4],
  ['fourth', 4],
  ['fifth', 5],
  ['sixth', 6],
  ['seventh', 7],
  ['eighth', 8],
  ['ninth', 9],
  ['tenth', 10],
  ['twentieth', 20],
  ['hundredth', 100],
  ['thousandth', 1000],
]);
const MULTIPLES: readonly (readonly [RegExp, number])[] = [
  [/^halv(?:e[sd]?|ing)$/, 0.5],
  [/^doubl(?:e[sd]?|ing)$|^twice$|^twofold$/, 2],
  [/^tripl(?:e[sd]?|ing)$|^thrice$|^treble[sd]?$|^threefold$/, 3],
  [/^quadrupl(?:e[sd]?|ing)$|^fourfold$/, 4],
  [/^quintupl(?:e[sd]?|ing)$|^fivefold$/, 5],
  [/^tenfold$/, 10],
  [/^hundredfold$/, 100],
];
const WORD = /[a-z]+/g;

interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function isNumberWord(text: string | undefined): boolean {
  return text !== undefined && (SMALL.has(text) || TENS.has(text) || SCALES.has(text));
}

/** Reads from a run of words as far as they make one number. */
class Reader {
  private sum = 0;
  private group = 0;
  private decimals = 0;
  private fraction = '';
  private at: number;
  private isPoint = false;

  constructor(
    private readonly words: readonly Word[],
    from: number,
    private readonly touches: (left: Word, right: Word) => boolean,
  ) {
    this.at = from;
  }

  read(): { readonly value: number; readonly decimals: number; readonly next: number } {
    while (this.step()) this.at += 1;
    if (this.fraction !== '') this.decimals = this.fraction.length;
    return {
      value: this.sum + this.group + Number(`0.${this.fraction || '0'}`),
      decimals: this.decimals,
      next: this.at,
    };
  }

  private step(): boolean {
    const word = this.words[this.at];
    const previous = this.words[this.at - 1];
    if (word === undefined) return false;
    if (previous !== undefined && !this.touches(previous, word)) return this.isStart();
    return this.take(word.text);
  }

  private isStart(): boolean {
    const word = this.words[this.at];
    const isFirst = this.sum === 0 && this.group === 0 && this.fraction === '';
    return isFirst && word !== undefined && this.take(word.text);
  }

  private take(text: string): boolean {
    if (this.fraction !== '' || this.isPoint) return this.takeDecimal(text);
    const scale = SCALES.get(text);
    if (scale !== undefined) {
      const count = this.group === 0 ? 1 : this.group;
      if (scale >= 1000) {
        this.sum = (this.sum + count) * scale;
        this.group = 0;
      } else this.group = count * scale;
      return true;
    }
    if (text === 'and') return this.group % 100 === 0 && this.hasBegun && isNumberWord(this.words[this.at + 1]?.text);
    if (text === 'point') {
      this.isPoint = SMALL.has(this.words[this.at + 1]?.text ?? '');
      return this.isPoint;
    }
    return this.takeSmall(text);
  }

  private get hasBegun(): boolean {
    return this.sum > 0 || this.group > 0;
  }

  private takeDecimal(text: string): boolean {
    const digit = SMALL.get(text);
    if (digit === undefined || digit > 9) return false;
    this.fraction += String(digit);
    return true;
  }

  private takeSmall(text: string): boolean {
    const value = TENS.get(text) ?? SMALL.get(text);
    if (value === undefined) return false;
    const room = this.group % 100;
    const fits = room === 0 || (room >= 20 && room % 10 === 0 && value < 10 && value > 0);
    const isFresh = this.group === 0 && this.sum === 0;
    if (!fits && !isFresh) return false;
    this.group += value;
    return true;
  }
}

function wordsOf(text: string): Word[] {
  return [...text.matchAll(WORD)].map((match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
}

function partAt(word: Word | undefined): number | undefined {
  return word === undefined ? undefined : (PARTS.get(word.text) ?? PARTS.get(word.text.replace(/s$/, '')));
}

/** Every number that a normalised lower-case text writes as words. `One` alone is left out: it is mostly an article. */
export function wordNumbers(text: string): WordNumber[] {
  const words = wordsOf(text);
  const touches = (left: Word, right: Word): boolean => /^(?:-| |, )$/.test(text.slice(left.end, right.start));
  const found: WordNumber[] = [];
  for (let at = 0; at < words.length;) {
    const word = words[at];
    if (word === undefined) break;
    const read = readAt(words, at, touches);
    if (read) {
      const { value, decimals, kind, next } = read;
      found.push({ value, decimals, kind, start: word.start, end: words[next - 1]?.end ?? word.end });
    }
    at = read ? read.next : at + 1;
  }
  return found;
}

type Read = Pick<WordNumber, 'value' | 'decimals' | 'kind'> & { readonly next: number };

function readAt(words: readonly Word[], at: number, touches: (left: Word, right: Word) => boolean): Read | null {
  const word = words[at];
  const after = words[at + 1];
  if (word === undefined) return null;
  const fold = /^([a-z]+)fold$/.exec(word.text)?.[1];
  const folded = fold === undefined ? undefined : (SMALL.get(fold) ?? TENS.get(fold) ?? SCALES.get(fold));
  if (folded !== undefined) return { value: folded, decimals: 2, kind: 'factor', next: at + 1 };
  const multiple = MULTIPLES.find(([pattern]) => pattern.test(word.text));
  if (multiple && !/^(?:bit|precision|check)/.test(after?.text ?? ''))
    return { value: multiple[1], decimals: 2, kind: 'factor', next: at + 1 };
  if (word.text === 'half') return { value: 0.5, decimals: 2, kind: 'share', next: at + 1 };
  const isArticle = word.text === 'a' || word.text === 'an';
  if (isArticle && after && touches(word, after)) {
    const part = partAt(after);
    if (part !== undefined) return { value: 1 / part, decimals: 2, kind: 'share', next: at + 2 };
    if (!SCALES.has(after.text)) return null;
    return plain(words, at + 1, touches);
  }
  if (!isNumberWord(word.text)) return partAlone(word, at);
  return plain(words, at, touches);
}

/** `Third` in front of a noun is a place in a row, and as much a number. */
function partAlone(word: Word, at: number): Read | null {
  const part = partAt(word);
  return part === undefined ? null : { value: part, decimals: 0, kind: 'plain', next: at + 1 };
}

function plain(words: readonly Word[], at: number, touches: (left: Word, right: Word) => boolean): Read | null {
  const { value, decimals, next } = new Reader(words, at, touches).read();
  if (next === at) return null;
  const last = words[next - 1];
  const following = words[next];
  const part = last && following && touches(last, following) ? partAt(following) : undefined;
  if (part !== undefined) return { value: value / part, decimals: 2, kind: 'share', next: next + 1 };
  return { value, decimals, kind: 'plain', next };
}
