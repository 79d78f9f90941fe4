import type { FindingView, FindingViews } from './finding-views.js';
import type { Mention } from './mentions.js';

export const PLACES = ['summary', 'cause', 'title', 'rationale', 'effect'] as const;
/** Where a sentence stands; an expected effect may look ahead. */
export type Place = (typeof PLACES)[number];

/** The findings that a sentence may speak of. */
export interface Scope {
  readonly place: Place;
  /** Those that the text is about. */
  readonly own: readonly FindingView[];
  /** With those that explain them or are explained by them. */
  readonly views: readonly FindingView[];
  /** What was found for names, since every sentence asks anew. */
  readonly about: Map<string, readonly FindingView[]>;
}

export function summaryScope(views: FindingViews): Scope {
  return { place: 'summary', own: views.all, views: views.all, about: new Map() };
}

export function scopeOf(place: Place, own: readonly FindingView[], views: FindingViews): Scope {
  return { place, own, views: [...own, ...views.linkedTo(own)], about: new Map() };
}

/** Whether a finding is about one of the subjects, or reads their names off as text. */
function speaksOf(view: FindingView, ids: readonly string[], text: string): boolean {
  if (ids.includes(view.finding.subject.id)) return true;
  return (
    view.readings !== '' && (view.readings.includes(text) || ids.some((id) => view.readings.includes(id.toLowerCase())))
  );
}

/** The findings that may be meant when these subjects are named; empty when nothing is known of them. */
export function viewsAbout(
  mention: Pick<Mention, 'kind' | 'text'>,
  ids: readonly string[],
  scope: Scope,
  views: FindingViews,
): readonly FindingView[] {
  const key = `${mention.kind} ${mention.text} ${ids.join(' ')}`;
  const known = scope.about.get(key);
  if (known) return known;
  const found = findAbout(mention, ids, scope, views);
  scope.about.set(key, found);
  return found;
}

function findAbout(
  mention: Pick<Mention, 'kind' | 'text'>,
  ids: readonly string[],
  scope: Scope,
  views: FindingViews,
): FindingView[] {
  const own = scope.views.filter((view) => speaksOf(view, ids, mention.text));
  if (own.length === 0) return [];
  // Of another GPU nothing may be said under the name of this one.
  const linked = views
    .linkedTo(own)
    .filter(({ finding: { subject } }) => subject.kind !== mention.kind || ids.includes(subject.id));
  const shared = scope.views.filter(({ finding: { subject } }) => subject.kind === 'host' || subject.kind === 'fleet');
  return [...new Set([...own, ...linked, ...shared])];
}
