import { type Finding, gpuIdOf, type InsightRequest, type SubjectKind } from '@app/core';

/** Something that a sentence can be about, by the names that it has. */
export interface NamedSubject {
  readonly id: string;
  readonly kind: SubjectKind;
  /** Numbers by which it is or was called: `GPU 3`. */
  readonly indices: readonly number[];
  /** Lower-case names; those of a model are shared by all that run it. */
  readonly names: readonly string[];
}

const SHORTEST_NAME = 3;

function namesOf(names: readonly (string | null | undefined)[]): string[] {
  const known = names.filter((name): name is string => typeof name === 'string' && name.length >= SHORTEST_NAME);
  return [...new Set(known.map((name) => name.toLowerCase()))];
}

/** `http://10.0.0.1:8000` is also `10.0.0.1:8000` and `:8000`. */
function addressesOf(url: string | null): string[] {
  const match = /^[a-z]+:\/\/([^/\s]+)/i.exec(url ?? '');
  const host = match?.[1];
  if (url === null || host === undefined) return [];
  const port = /:(\d+(?:#[\w-]+)?)$/.exec(host)?.[1];
  return [url, host, ...(port === undefined ? [] : [`:${port}`, `port ${port}`])];
}

function labelParts(label: string): string[] {
  const inner = /^(.*?) \((.*)\)$/.exec(label);
  return inner ? [label, inner[1] ?? '', inner[2] ?? ''] : [label];
}

function shortModel(model: string | null): string | null {
  return model?.split('/').at(-1) ?? null;
}

/** A board is known by the words of its name that carry a digit: `H100`. */
function boardNames(name: string | null): (string | null)[] {
  const parts = (name ?? '').split(/[\s]+/).filter((part) => /^[a-z]*\d/i.test(part) && !/^\d+gb$|^hbm/i.test(part));
  const plain = (name ?? '').replace(/^NVIDIA\s+/i, '');
  return [
    name,
    plain,
    ...parts,
    ...parts.flatMap((part) => part.split('-')).filter((part) => /^[a-z]+\d+/i.test(part)),
  ];
}

function busNames(bus: string | null): (string | null)[] {
  return [
    bus,
    bus?.replace(/^0000(?=[\da-f]{4}:)/i, '') ?? null,
    bus?.replace(/^0+:/, '').replace(/\.\d$/, '') ?? null,
  ];
}

function ofSnapshot({ snapshot, target }: Pick<InsightRequest, 'snapshot' | 'target'>): NamedSubject[] {
  const gpus = snapshot.gpus.map((gpu): NamedSubject => ({
    id: gpuIdOf(gpu),
    kind: 'gpu',
    indices: [gpu.index],
    names: namesOf([gpu.uuid, ...busNames(gpu.pciBusId), ...boardNames(gpu.name)]),
  }));
  const engines = snapshot.engines.map(({ id, url, model }, index): NamedSubject => ({
    id,
    kind: 'engine',
    indices: [index],
    names: namesOf([id, ...addressesOf(id), ...addressesOf(url), model, shortModel(model)]),
  }));
  const caches = snapshot.caches.map(({ id }, index): NamedSubject => ({
    id,
    kind: 'cache',
    indices: [index],
    names: namesOf([id, ...addressesOf(id)]),
  }));
  const host: NamedSubject = { id: target, kind: 'host', indices: [], names: namesOf([target, snapshot.hostname]) };
  return [...gpus, ...engines, ...caches, host];
}

function ofFinding({ subject: { id, kind, label } }: Finding): NamedSubject {
  const index = kind === 'gpu' ? /^gpu\s+(\d+)\b/i.exec(label)?.[1] : undefined;
  const parts = labelParts(label).flatMap((part) => [part, shortModel(part), ...addressesOf(part)]);
  const names = kind === 'gpu' ? [id, label] : [id, ...addressesOf(id), ...parts];
  // `Fleet` and `local` are words, too.
  const isWord = kind === 'fleet' || kind === 'host';
  return { id, kind, indices: index === undefined ? [] : [Number(index)], names: namesOf(isWord ? [label] : names) };
}

/** What findings are about, by name. */
export function subjectsOfFindings(findings: readonly Finding[]): NamedSubject[] {
  return merged(findings.map(ofFinding));
}

/** All that the request knows by name; what is in a finding and no longer in the snapshot as well. */
export function namedSubjects(request: InsightRequest): NamedSubject[] {
  return merged([...ofSnapshot(request), ...request.analysis.findings.map(ofFinding)]);
}

function merged(subjects: readonly NamedSubject[]): NamedSubject[] {
  const byId = new Map<string, NamedSubject>();
  for (const subject of subjects) {
    const key = `${subject.kind} ${subject.id}`;
    const known = byId.get(key);
    const names = [...new Set([...(known?.names ?? []), ...subject.names])];
    byId.set(key, { ...subject, indices: [...new Set([...(known?.indices ?? []), ...subject.indices])], names });
  }
  return [...byId.values()].filter(({ kind }) => kind !== 'fleet');
}
