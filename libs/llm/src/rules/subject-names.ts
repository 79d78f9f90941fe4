import type { InsightRequest, Subject, SubjectKind } from '@app/core';
import { asData } from '../untrusted-text.js';
import { list } from './words.js';

const LONGEST_NAME = 120;
/** `GPU 3 (NVIDIA H100 …)`: the model says nothing that the number does not say. */
const GPU_NUMBER = /^GPU (\d{1,4})(?: \(|$)/;
/** From how many neighbours on a range reads better than a list. */
const SHORTEST_RANGE = 3;

/** `0-3, 5 and 7`. */
function ranges(numbers: readonly number[]): string {
  const runs: number[][] = [];
  for (const number of [...new Set(numbers)].sort((left, right) => left - right)) {
    const run = runs.at(-1);
    if (run && run.at(-1) === number - 1) run.push(number);
    else runs.push([number]);
  }
  return list(
    runs.flatMap((run) => (run.length < SHORTEST_RANGE ? run.map(String) : [`${run[0] ?? ''}-${run.at(-1) ?? ''}`])),
  );
}

/** Null where one has no number. */
function numberedGpus(subjects: readonly Subject[]): string | null {
  const numbers = subjects.map(({ label }) => Number(GPU_NUMBER.exec(label)?.[1] ?? NaN));
  if (numbers.some(Number.isNaN)) return null;
  return `${numbers.length > 1 ? 'GPUs' : 'GPU'} ${ranges(numbers)}`;
}

/** What findings are about, in as few words as tell it apart from the rest of the host. */
export class SubjectNames {
  /** The host as the cluster knows it. */
  readonly node: string;
  /** Text that others wrote is cleaned once, however often it is said. */
  private readonly cleaned: Map<string, string> = new Map();
  private readonly known: Readonly<Record<'engine' | 'cache', ReadonlySet<string>>>;

  constructor({ snapshot, analysis }: Pick<InsightRequest, 'snapshot' | 'analysis'>) {
    const found = (kind: SubjectKind): string[] =>
      analysis.findings.filter(({ subject }) => subject.kind === kind).map(({ subject }) => subject.id);
    this.node = snapshot.hostname === null ? 'the node' : asData(snapshot.hostname, LONGEST_NAME);
    this.known = {
      engine: new Set([...snapshot.engines.map(({ id }) => id), ...found('engine')]),
      cache: new Set([...snapshot.caches.map(({ id }) => id), ...found('cache')]),
    };
  }

  /** `GPUs 0-7`, `the engine`, `the engines at … and …`; several kinds are joined. */
  of(subjects: readonly Subject[]): string {
    const unique = [...new Map(subjects.map((subject) => [subject.id, subject])).values()];
    const kinds = [...new Set(unique.map(({ kind }) => kind))];
    return list(
      kinds.map((kind) =>
        this.ofKind(
          kind,
          unique.filter((subject) => subject.kind === kind),
        ),
      ),
    );
  }

  /** The engines that a router knows, on whatever the subjects are. */
  backendOf(subjects: readonly Subject[]): string {
    const engines = subjects.filter(({ kind }) => kind === 'engine');
    const hosts = subjects.filter(({ kind }) => kind !== 'engine');
    if (hosts.length === 0 || (engines.length > 0 && this.hasOneEngine())) return this.of(engines);
    const isSingle = hosts.length === 1 && hosts[0]?.kind === 'gpu';
    const others = `the ${isSingle ? 'engine' : 'engines'} on ${this.of(hosts)}`;
    return list([...(engines.length > 0 ? [this.of(engines)] : []), others]);
  }

  /** Where a subject is found: `On GPU 0, ` and the like, to stand before what is said of it. */
  placeOf(subject: Subject): string {
    return `${subject.kind === 'gpu' || subject.kind === 'host' ? 'On' : 'At'} ${this.of([subject])}, `;
  }

  /** Whether no other engine was seen. */
  hasOneEngine(): boolean {
    return this.known.engine.size < 2;
  }

  hasCache(): boolean {
    return this.known.cache.size > 0;
  }

  private ofKind(kind: SubjectKind, subjects: readonly Subject[]): string {
    const labels = (): string => list(subjects.map(({ label }) => this.clean(label)));
    if (kind === 'gpu') return numberedGpus(subjects) ?? labels();
    if (kind === 'fleet') return 'the replicas';
    if (kind === 'host') return labels();
    const ids = list(subjects.map(({ id }) => this.clean(id)));
    const isOnly = this.known[kind].size < 2;
    if (kind === 'cache') return isOnly ? 'LMCache' : `LMCache at ${ids}`;
    return isOnly ? 'the engine' : `the ${subjects.length > 1 ? 'engines' : 'engine'} at ${ids}`;
  }

  private clean(text: string): string {
    const known = this.cleaned.get(text) ?? asData(text, LONGEST_NAME);
    this.cleaned.set(text, known);
    return known;
  }
}
