export type Setting =
  | { readonly kind: 'power-limit'; readonly watts: number }
  /** Null releases the lock. */
  | { readonly kind: 'clock-lock'; readonly mhz: number | null };

export type Command =
  | { readonly kind: 'query'; readonly uuids: readonly string[]; readonly fields: readonly string[] }
  | { readonly kind: 'set'; readonly uuids: readonly string[]; readonly setting: Setting }
  | { readonly kind: 'unknown' };

const QUERY = '--query-gpu=';

/** What the simulated `nvidia-smi` hands over: the number of its arguments, then each with a NUL; null while it is not all there. */
export function parseCommand(text: string): Command | null {
  const end = text.indexOf('\n');
  if (end < 0) return null;
  const args = text.slice(end + 1).split('\0');
  return args.length <= Number(text.slice(0, end)) ? null : commandOf(args);
}

function commandOf(args: readonly string[]): Command {
  const valueOf = (name: string): string | undefined =>
    args.includes(name) ? args[args.indexOf(name) + 1] : undefined;
  const uuids = valueOf('-i')?.split(',') ?? [];
  const query = args.find((argument) => argument.startsWith(QUERY));
  if (query !== undefined) return { kind: 'query', uuids, fields: query.slice(QUERY.length).split(',') };
  const watts = valueOf('-pl');
  if (watts !== undefined) return { kind: 'set', uuids, setting: { kind: 'power-limit', watts: Number(watts) } };
  if (args.includes('-rgc')) return { kind: 'set', uuids, setting: { kind: 'clock-lock', mhz: null } };
  const range = valueOf('-lgc');
  if (range === undefined) return { kind: 'unknown' };
  return { kind: 'set', uuids, setting: { kind: 'clock-lock', mhz: Number(range.split(',')[1]) } };
}
