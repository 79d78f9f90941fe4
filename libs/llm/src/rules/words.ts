/** `a, b and c`. */
export function list(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`;
}

/** Addresses and names of hosts and models stay as they are written. */
export function capitalised(text: string): string {
  if (/^\S*[\d/:._-]\S/.test(text)) return text;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** For a title inside a sentence; names such as `GPU` keep their capitals. */
export function uncapitalised(text: string): string {
  return /^(?:[A-Z][a-z]|A )/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}

/** A text as a sentence: with a capital at its start and one full stop at its end. */
export function sentence(text: string): string {
  const trimmed = capitalised(text.trim());
  return /[.!?]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

/** Puts values in the place of `{names}` and chooses between `[singular|plural]`. */
export function filled(template: string, isPlural: boolean, valueOf: (name: string) => string): string {
  return template
    .replace(/\[([^|\]]*)\|([^\]]*)\]/g, (_, one: string, many: string) => (isPlural ? many : one))
    .replace(/\{(\w+)\}/g, (_, name: string) => valueOf(name));
}
