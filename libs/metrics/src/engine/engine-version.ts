const VERSION = /^[\w.+-]{1,64}$/;

/** Version in the text of `/version`; null where that is something else. */
export function versionIn(text: string): string | null {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    // Other servers answer this path with a page of their own; the engine then has no version, which the gap says.
    return null;
  }
  if (typeof answer !== 'object' || answer === null || !('version' in answer)) return null;
  return typeof answer.version === 'string' && VERSION.test(answer.version) ? answer.version : null;
}
