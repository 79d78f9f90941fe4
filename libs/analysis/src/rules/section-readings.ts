import type { Section, SectionName, Snapshot } from '@app/core';

export function isReadable({ status }: Pick<Section, 'status'>): boolean {
  return status === 'ok' || status === 'partial';
}

/** Why a section of a frame can't be used; null when it can. */
export function unreadableReason(snapshot: Snapshot, name: SectionName): string | null {
  const section = snapshot.sections[name];
  if (isReadable(section)) return null;
  return `section ${name} is ${section.status}${section.detail === null ? '' : `: ${section.detail}`}`;
}
