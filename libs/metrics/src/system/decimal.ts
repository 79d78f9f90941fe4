/** A number of at most 20 digits as the kernel writes it; anything else is null, never a guess. */
export function decimal(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,20}(\.\d{1,20})?$/.test(text) ? Number(text) : null;
}

/** Lines of `name number`, like those of `/proc/vmstat` and the `.stat` and `.events` files of a control group. */
export function parseNamedNumbers(text: string): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [name, digits, ...rest] = line.split(' ');
    const value = rest.length > 0 ? null : decimal(digits);
    if (name !== undefined && value !== null && !numbers.has(name)) numbers.set(name, value);
  }
  return numbers;
}
