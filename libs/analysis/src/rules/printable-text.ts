const LENGTH = 200;

/** Text that was written by others: one line of printable characters, and not too long. */
export function printableText(text: string): string {
  return text
    .replace(/[^\x20-\x7e]+/g, ' ')
    .trim()
    .slice(0, LENGTH);
}
