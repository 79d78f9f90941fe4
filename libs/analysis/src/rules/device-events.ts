import type { KernelEvent } from '@app/core';
import { normalizedBusId } from '@app/core';

const NO_EVENTS: readonly KernelEvent[] = [];

/** Events by bus id as it is asked for, which has many spellings. */
type EventsByBusId = Map<string, readonly KernelEvent[]>;

/** Every rule asks for the events of every GPU in every frame, and a bus id takes a while to read. */
const INDEXES = new WeakMap<readonly KernelEvent[], EventsByBusId>();

function indexOf(events: readonly KernelEvent[]): EventsByBusId {
  const index = new Map<string, KernelEvent[]>();
  for (const event of events) {
    const busId = normalizedBusId(event.pciBusId);
    if (busId === null) continue;
    const same = index.get(busId);
    if (same) same.push(event);
    else index.set(busId, [event]);
  }
  return index;
}

/** The kernel's events about one device. */
export function eventsOn(events: readonly KernelEvent[], pciBusId: string | null): readonly KernelEvent[] {
  if (events.length === 0 || pciBusId === null) return NO_EVENTS;
  const index = INDEXES.get(events) ?? indexOf(events);
  INDEXES.set(events, index);
  const known = index.get(pciBusId);
  if (known) return known;
  const busId = normalizedBusId(pciBusId);
  const found = (busId === null ? undefined : index.get(busId)) ?? NO_EVENTS;
  index.set(pciBusId, found);
  return found;
}
