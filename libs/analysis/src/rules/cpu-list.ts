type Range = readonly [first: number, last: number];

/** More parts than any machine's list has; the text comes from outside. */
const MAX_RANGES = 4096;
const PART = /^(\d{1,7})(?:-(\d{1,7}))?$/;

/** Ranges of a list as the kernel writes it (`0-15,32-47`); null for text that is none. */
function rangesOf(list: string): readonly Range[] | null {
  const parts = list.trim().split(',', MAX_RANGES);
  const ranges = parts.map((part): Range | null => {
    const [, first, last = first] = PART.exec(part.trim()) ?? [];
    return first === undefined || Number(last) < Number(first) ? null : [Number(first), Number(last)];
  });
  return ranges.every((range) => range !== null) ? ranges : null;
}

/** Whether two lists of CPUs have one in common; null when either is no list. */
export function shareCpus(one: string, other: string): boolean | null {
  const [ranges, others] = [rangesOf(one), rangesOf(other)];
  if (ranges === null || others === null) return null;
  return ranges.some(([first, last]) => others.some((range) => first <= range[1] && range[0] <= last));
}

/** How many CPUs a list names; null for text that is none. */
export function countCpus(list: string): number | null {
  const ranges = rangesOf(list);
  return ranges === null ? null : ranges.reduce((sum, [first, last]) => sum + last - first + 1, 0);
}
