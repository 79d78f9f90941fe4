import type { EvidenceUnit } from './analysis.js';
import { normalizedBusId } from './bus-id.js';
import { gpuIdOf } from './gpu.js';
import {
  CACHE_SHAPE,
  ENGINE_SHAPE,
  EVENT_SHAPE,
  GPU_SHAPE,
  type LeafShape,
  type ListShape,
  type Shape,
  SYSTEM_SHAPE,
} from './signal-shape.js';
import type { Snapshot } from './snapshot.js';

/**
 * One value of a signal. `subject` is the id of the GPU, engine, cache or host (its target id); what there are several
 * of within one follows after a colon: `local:/var` a disk by its mount, `GPU-…:4711` a process by its pid.
 */
export interface SubjectValue<Value = number | string | boolean> {
  readonly subject: string;
  readonly value: Value;
}

export interface SignalValue<Value = number | string | boolean> extends SubjectValue<Value> {
  readonly signal: string;
}

const ROOTS: Readonly<Record<string, Shape>> = {
  gpus: GPU_SHAPE,
  system: SYSTEM_SHAPE,
  engines: ENGINE_SHAPE,
  caches: CACHE_SHAPE,
  events: EVENT_SHAPE,
};

/** Kind of every path; a map, so that no name of a prototype is one. Paths of labels end in `.*`. */
const KINDS: ReadonlyMap<string, LeafShape> = new Map(
  Object.entries(ROOTS).flatMap(([root, shape]) => leavesOf(root, shape)),
);

/** Every signal, sorted; `engines.config.*` and the like stand for names that only the source knows. */
export const SIGNAL_PATHS: readonly string[] = [...KINDS.keys()].sort();

/** Whether the path names a signal, be there values of it or not. */
export function isSignalPath(path: string): boolean {
  return kindOf(path) !== null;
}

/** Every value of a signal in the snapshot; none where it is null or the path names no signal. */
export function valuesOfSignal(snapshot: Snapshot, signal: string): readonly SubjectValue[] {
  if (!isSignalPath(signal)) return [];
  const [root = '', ...fields] = signal.split('.');
  const found: SignalValue[] = [];
  for (const part of partsOf(snapshot, root)) collect(part, fields, found);
  return found.map(({ subject, value }) => ({ subject, value }));
}

/** Every number of the snapshot. */
export function numericSignals(snapshot: Snapshot): readonly SignalValue<number>[] {
  const found: SignalValue[] = [];
  for (const root of Object.keys(ROOTS)) for (const part of partsOf(snapshot, root)) collect(part, null, found);
  return found.filter((entry): entry is SignalValue<number> => typeof entry.value === 'number');
}

/** Units stand in the names; the kernel's pressure averages are percent, and what has no unit is a count. */
const UNIT_OF_SUFFIX: readonly (readonly [RegExp, EvidenceUnit])[] = [
  [/BytesPerSecond$/, 'bytesPerSecond'],
  [/TokensPerSecond$/, 'tokensPerSecond'],
  [/PerSecond$/, 'perSecond'],
  [/Seconds$|\.clockEventSeconds\.\w+$/, 'seconds'],
  [/Ms$/, 'milliseconds'],
  [/Ratio$/, 'ratio'],
  [/Celsius$/, 'celsius'],
  [/Watts$/, 'watts'],
  [/Mhz$/, 'megahertz'],
  [/Bytes$/, 'bytes'],
  [/Avg\d+$/, 'percent'],
];

/** Unit of a signal's values; text for what is no number. */
export function unitOfSignal(signal: string): EvidenceUnit {
  if (kindOf(signal) !== 'number') return 'text';
  return UNIT_OF_SUFFIX.find(([suffix]) => suffix.test(signal))?.[1] ?? 'count';
}

/** The signals whose paths are most like the given one: those below it, then by how little has to be changed. */
export function nearestSignals(path: string, limit: number): readonly string[] {
  const wanted = path.slice(0, LONGEST_COMPARED).toLowerCase();
  const distanceOf = (signal: string): number => {
    const candidate = signal.toLowerCase();
    if (wanted !== '' && candidate.startsWith(`${wanted}.`)) return -1;
    // Someone who knows the last word only is nearer than the whole path says.
    const lastWord = candidate.slice(candidate.lastIndexOf('.') + 1);
    return Math.min(editDistance(wanted, candidate), 1 + editDistance(wanted, lastWord));
  };
  const ranked = SIGNAL_PATHS.map((signal) => ({ signal, distance: distanceOf(signal) }));
  return ranked
    .sort((a, b) => a.distance - b.distance)
    .slice(0, limit)
    .map(({ signal }) => signal);
}

const LONGEST_COMPARED = 80;

/** Levenshtein's: insertions, deletions and replacements from one text to the other. */
function editDistance(from: string, to: string): number {
  let previous = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[to.length] ?? 0;
}

function kindOf(path: string): LeafShape | null {
  const kind = KINDS.get(path);
  if (kind !== undefined) return kind === 'labels' ? null : kind;
  const group = path.slice(0, path.lastIndexOf('.'));
  return /\.[\w-]+$/.test(path) && KINDS.get(`${group}.*`) === 'labels' ? 'text' : null;
}

function leavesOf(path: string, shape: Shape): (readonly [string, LeafShape])[] {
  if (shape === 'none') return [];
  if (typeof shape === 'string') return [[shape === 'labels' ? `${path}.*` : path, shape]];
  if (isList(shape)) return leavesOf(path, shape.each);
  return Object.entries(shape).flatMap(([field, inner]) => leavesOf(`${path}.${field}`, inner));
}

/** A value of the snapshot with its place: what it belongs to and the path that led there. */
interface Part {
  readonly subject: string;
  readonly path: string;
  readonly shape: Shape;
  readonly value: unknown;
}

function partsOf(snapshot: Snapshot, path: string): Part[] {
  const shape = ROOTS[path];
  if (shape === undefined) return [];
  const part = (subject: string, value: unknown): Part => ({ subject, path, shape, value });
  switch (path) {
    case 'gpus':
      return snapshot.gpus.map((gpu) => part(gpuIdOf(gpu), gpu));
    case 'system':
      return [part(snapshot.target, snapshot.system)];
    case 'engines':
      return snapshot.engines.map((engine) => part(engine.id, engine));
    case 'caches':
      return snapshot.caches.map((cache) => part(cache.id, cache));
    default:
      return snapshot.events.map((event) => part(subjectOfEvent(snapshot, event.pciBusId), event));
  }
}

/** The kernel names a GPU by its bus id; without one, or with one that no GPU has, an event is the host's. */
function subjectOfEvent({ gpus, target }: Snapshot, pciBusId: string | null): string {
  const busId = normalizedBusId(pciBusId);
  const gpu = busId === null ? undefined : gpus.find((candidate) => normalizedBusId(candidate.pciBusId) === busId);
  return gpu === undefined ? target : gpuIdOf(gpu);
}

/** Follows the fields, or all of them where none are given, and adds each value at their end. */
function collect(part: Part, fields: readonly string[] | null, found: SignalValue[]): void {
  const { subject, path, shape, value } = part;
  // Undefined: a snapshot that an older version has stored lacks the fields that came later.
  if (value === null || value === undefined || shape === 'none') return;
  if (shape === 'labels') return collectLabels(part, fields, found);
  if (typeof shape === 'string') {
    const read = leafValue(shape, value);
    if (read !== null) found.push({ signal: path, subject, value: read });
    return;
  }
  if (isList(shape)) {
    for (const member of Array.isArray(value) ? (value as unknown[]) : []) {
      collect(
        { ...part, subject: memberSubject(subject, shape, member), shape: shape.each, value: member },
        fields,
        found,
      );
    }
    return;
  }
  const [wanted, ...rest] = fields ?? [];
  for (const field of wanted === undefined ? Object.keys(shape) : [wanted]) {
    const inner = { subject, path: `${path}.${field}`, shape: shape[field] ?? 'none', value: fieldOf(value, field) };
    collect(inner, fields === null ? null : rest, found);
  }
}

function collectLabels({ subject, path, value }: Part, fields: readonly string[] | null, found: SignalValue[]): void {
  const names = fields === null ? Object.keys(value as object) : fields.slice(0, 1);
  for (const name of names) {
    const label = fieldOf(value, name);
    if (typeof label === 'string') found.push({ signal: `${path}.${name}`, subject, value: label });
  }
}

function leafValue(shape: LeafShape, value: unknown): number | string | boolean | null {
  if (shape === 'number') return typeof value === 'number' && Number.isFinite(value) ? value : null;
  if (shape === 'flag') return typeof value === 'boolean' ? value : null;
  if (shape === 'texts') return Array.isArray(value) ? value.join(',') : null;
  return typeof value === 'string' ? value : null;
}

function memberSubject(subject: string, { namedBy }: ListShape, member: unknown): string {
  return `${subject}:${namedBy.map((field) => String(fieldOf(member, field) ?? '')).join('/')}`;
}

/** Own fields only: a path comes from outside. */
function fieldOf(value: unknown, field: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, field)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[field];
}

function isList(shape: Shape): shape is ListShape {
  return typeof shape === 'object' && Array.isArray(shape['namedBy' as keyof Shape]);
}
