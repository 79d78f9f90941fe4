/** Of a damaged log: the head, and one text per `<gpu>` element, closed where it was cut off; null where nothing is left. */
export interface SalvagedLog {
  readonly head: string | null;
  readonly gpus: readonly (string | null)[];
}

const GPU_START = /<gpu(?=[\s>])/g;
const GPU_END = '</gpu>';
const LOG_START = '<nvidia_smi_log>';
const TAG = /<(\/?)([a-zA-Z_][\w.-]*)(?:\s[^<>]*)?>|<[a-zA-Z_][\w.-]*\/>/y;
const LONE_AMPERSAND = /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-f]+);)/gi;
/** Deeper than the log nests. */
const DEEPEST = 32;
/** More than a machine has. */
const MOST_GPUS = 256;

/**
 * Takes a log apart that is no XML as a whole: cut off, a fragment, or damaged in one place. A damaged element does not
 * take its neighbours along.
 */
export function salvageLog(text: string): SalvagedLog {
  const starts = firstStarts(text);
  const headStart = text.indexOf(LOG_START);
  const firstGpu = starts[0] ?? text.length;
  const head = headStart === -1 || headStart > firstGpu ? null : closedAfterLastValue(text.slice(headStart, firstGpu));
  return { head, gpus: starts.map((start, index) => wholeElement(text.slice(start, starts[index + 1]))) };
}

function firstStarts(text: string): number[] {
  const starts: number[] = [];
  for (const { index } of text.matchAll(GPU_START)) {
    starts.push(index);
    if (starts.length === MOST_GPUS) break;
  }
  return starts;
}

function wholeElement(text: string): string | null {
  const end = text.indexOf(GPU_END);
  return closedAfterLastValue(end === -1 ? text : text.slice(0, end + GPU_END.length));
}

/**
 * Closes what is open behind the last complete element, and goes no further than the first `<` that begins no tag. What
 * follows is dropped, so that the beginning of a number is never read as the number.
 */
function closedAfterLastValue(text: string): string | null {
  const open: string[] = [];
  let end = 0;
  let openAtEnd: readonly string[] = [];
  for (let at = text.indexOf('<'); at !== -1; at = text.indexOf('<', at + 1)) {
    TAG.lastIndex = at;
    const [whole, slash, name = ''] = TAG.exec(text) ?? [];
    if (whole === undefined || open.length > DEEPEST) break;
    if (whole.endsWith('/>')) continue;
    if (slash === '') open.push(name);
    else if (open.pop() !== name) break;
    else {
      end = at + whole.length;
      openAtEnd = [...open];
    }
  }
  if (end === 0) return null;
  const closing = [...openAtEnd].reverse().map((name) => `</${name}>`);
  return text.slice(0, end).replace(LONE_AMPERSAND, '&amp;') + closing.join('');
}
