import type { Finding, InsightRequest } from '@app/core';
import { visibleLine } from './clean-text.js';
import { type KnownNames, gpuKey } from './pseudonyms.js';

/** Words that stand for hosts and users everywhere and tell nobody apart; replacing them would garble the text. */
const GENERIC = new Set(
  (
    'local localhost fleet host node gpu gpus cpu engine engines cache server worker vllm sglang lmcache nvidia linux ' +
    'kernel ubuntu debian root user users admin home default unknown simulated docker shared data models model'
  ).split(' '),
);
const SHORTEST = 3;
/** A text full of addresses can not make the search slow; what is over is still found by its form. */
const MOST_NAMES = 200;
const HOST_OF_URL = /:\/\/(?:[^\s/@]+@)?([a-z0-9][\w.-]*)/gi;
const USER =
  /[\\/](?:home|users)[\\/]([^\s\\/:"'()[\],;]+)|\buser(?:name)?[=:]\s?([a-z_][\w.-]*)|\b[ug]id=\d+\(([\w.-]+)\)/gi;

function textsOfFinding({ subject, title, summary, evidence, candidateActions }: Finding): unknown[] {
  return [
    subject.id,
    subject.label,
    title,
    summary,
    ...evidence.flatMap(({ value, threshold, thresholdSource, source }) => [value, threshold, thresholdSource, source]),
    ...candidateActions.flatMap(({ parameters }) => Object.values(parameters)),
  ];
}

/** Everything of a request that is not written by this program and may be shown. */
function outsideTexts({ analysis, snapshot }: InsightRequest, findings: readonly Finding[]): string[] {
  return [
    ...findings.flatMap(textsOfFinding),
    ...Object.values(snapshot.sections).flatMap(({ source, detail }) => [source, detail]),
    ...snapshot.engines.flatMap(({ id, url, model }) => [id, url, model]),
    ...snapshot.caches.map(({ id }) => id),
    ...analysis.findings.filter(({ subject }) => subject.kind === 'host').map(({ subject }) => subject.label),
  ]
    .filter((text) => typeof text === 'string')
    .map(visibleLine);
}

function isTelling(name: string): boolean {
  return name.length >= SHORTEST && !GENERIC.has(name.toLowerCase()) && !/^[\d.]+$/.test(name);
}

/** A host is also called by the first label of its full name. */
function withShortName(host: string): string[] {
  const short = host.split('.')[0] ?? host;
  return short === host ? [host] : [host, short];
}

function gpuNames({ gpus }: InsightRequest['snapshot']): Map<string, string> {
  return new Map(
    gpus.flatMap(({ index, uuid, pciBusId }) =>
      [uuid, pciBusId].filter((id) => id !== null).map((id): [string, string] => [gpuKey(id), `GPU ${index}`]),
    ),
  );
}

/** Collects the names before a text is sent, so that one that is told by its place in one text is found in all others. */
export function namesOf(request: InsightRequest, findings: readonly Finding[]): KnownNames {
  const { snapshot, target } = request;
  const texts = outsideTexts(request, findings);
  const hostSubjects = findings
    .filter(({ subject }) => subject.kind === 'host')
    .flatMap(({ subject }) => [subject.id, subject.label]);
  const hosts = [
    ...[target, snapshot.hostname ?? '', ...hostSubjects].map(visibleLine),
    ...texts.flatMap((text) => [...text.matchAll(HOST_OF_URL)].map((match) => (match[1] ?? '').replace(/[.-]+$/, ''))),
  ];
  const users = texts.flatMap((text) =>
    [...text.matchAll(USER)].map((match) => match[1] ?? match[2] ?? match[3] ?? ''),
  );
  return {
    target,
    hosts: [...new Set(hosts.flatMap(withShortName).filter(isTelling))].slice(0, MOST_NAMES),
    users: [...new Set(users.filter(isTelling))].slice(0, MOST_NAMES),
    gpus: gpuNames(snapshot),
  };
}
