import type { Cache, CandidateAction, Snapshot, System } from '@app/core';
import { cacheIn, hasRemoteTier, remoteBypass } from './cache-readings.js';
import { counterDelta } from './derived-readings.js';
import { CLEAR, type RuleContext, type Run, defineRule, lastOf, missing, reading } from './rule.js';

type Threshold = 'usedRatio' | 'lossRatio' | 'packetsPerSecond';
type Thresholds = RuleContext<Threshold>['thresholds'];
type Interface = System['network'][number];

interface LinkState {
  readonly link: Interface;
  /** Of the busier direction. */
  readonly used: number | null;
  /** Errors and drops per packet; null where there are too few packets to say. */
  readonly loss: number | null;
  readonly isFull: boolean;
  readonly isLossy: boolean;
}

/** Local traffic has no link. */
function isLoopback(link: Interface): boolean {
  return /^lo\d{0,3}$/.test(link.interface);
}

function usedRatio({ rxBytesPerSecond, txBytesPerSecond, linkBytesPerSecond }: Interface): number | null {
  if (linkBytesPerSecond === null || linkBytesPerSecond <= 0) return null;
  if (rxBytesPerSecond === null || txBytesPerSecond === null) return null;
  return Math.max(rxBytesPerSecond, txBytesPerSecond) / linkBytesPerSecond;
}

function lossRatio({ errorsPerSecond, dropsPerSecond, packetsPerSecond }: Interface, minimum: number): number | null {
  if (errorsPerSecond === null || dropsPerSecond === null || packetsPerSecond === null) return null;
  return packetsPerSecond < minimum ? null : (errorsPerSecond + dropsPerSecond) / packetsPerSecond;
}

/** The links with what is wrong with them, the worst first. */
function linksOf({ system }: Snapshot, thresholds: Thresholds): LinkState[] {
  const links = (system?.network ?? [])
    .filter((link) => !isLoopback(link))
    .map((link) => {
      const used = usedRatio(link);
      const loss = lossRatio(link, thresholds.packetsPerSecond);
      const isFull = used !== null && used >= thresholds.usedRatio;
      return { link, used, loss, isFull, isLossy: loss !== null && loss > thresholds.lossRatio };
    });
  const rank = ({ isFull, isLossy, used }: LinkState) => (isFull ? 4 : 0) + (isLossy ? 2 : 0) + Math.min(1, used ?? 0);
  return links.sort((a, b) => rank(b) - rank(a));
}

/** Caches that read from a tier behind the network and were slow at it meanwhile. */
function slowCaches(run: Run<Snapshot>): readonly Cache[] {
  const { state } = lastOf(run);
  return state.caches.filter((cache) =>
    run.some(({ sample }) => {
      const [before, after] = [sample.previous?.state, sample.state].map((frame) => frame && cacheIn(frame, cache.id));
      return (counterDelta(before?.counters.slowRetrievals, after?.counters.slowRetrievals ?? null) ?? 0) > 0;
    }),
  );
}

function actionsFor({ caches }: Snapshot): CandidateAction[] {
  const remote = caches.find(hasRemoteTier);
  return [
    ...(remote ? remoteBypass(remote) : []),
    { type: 'router-rebalance', parameters: {} },
    { type: 'notify-oncall', parameters: {} },
  ];
}

/** A network link carries close to what it can, or loses packets. */
export const hostNetworkSaturationRule = defineRule<'host', Threshold>({
  id: 'host-network-saturation',
  title: 'Network link is at its limit',
  category: 'bottleneck',
  scope: 'host',
  durationClass: 'D1',
  sections: ['system'],
  keeps: 'state',
  inputs: [
    { signal: 'system.network.rxBytesPerSecond', required: true },
    { signal: 'system.network.txBytesPerSecond', required: true },
    { signal: 'system.network.linkBytesPerSecond', required: true },
    { signal: 'system.network.errorsPerSecond', required: false },
    { signal: 'system.network.dropsPerSecond', required: false },
    { signal: 'system.network.packetsPerSecond', required: false },
    { signal: 'caches.counters.slowRetrievals', required: false },
  ],
  thresholds: {
    usedRatio: {
      value: 0.8,
      unit: 'ratio',
      source: 'samber/awesome-prometheus-alerts: network interface saturated (over 80 %)',
      range: { min: 0.1, max: 1 },
      description: 'throughput of one direction as a share of the link speed',
      softens: 'down',
    },
    lossRatio: {
      value: 0.01,
      unit: 'ratio',
      source: 'samber/awesome-prometheus-alerts: network errors',
      range: { min: 0.0001, max: 1 },
      description: 'errors and drops per packet',
      softens: 'down',
    },
    packetsPerSecond: {
      value: 1000,
      unit: 'perSecond',
      source: 'engineering choice; an idle link drops what nobody asked for',
      range: { min: 1, max: 10_000_000 },
      description: 'packets below which their loss says nothing',
    },
  },
  candidateActions: ['lmcache-bypass-add', 'router-rebalance', 'notify-oncall'],
  reference: 'samber/awesome-prometheus-alerts, network section',

  judge({ state }, { thresholds }) {
    const links = linksOf(state, thresholds);
    if (links.some(({ isFull, isLossy }) => isFull || isLossy)) return { status: 'holds', fromPrevious: true };
    if (links.some(({ used }) => used !== null)) return CLEAR;
    const hasSpeed = links.some(({ link }) => link.linkBytesPerSecond !== null);
    return hasSpeed
      ? missing('system.network.rxBytesPerSecond', 'system.network.txBytesPerSecond')
      : missing('system.network.linkBytesPerSecond');
  },

  conclude(run, context) {
    const sample = lastOf(run);
    const [worst] = linksOf(sample.state, context.thresholds);
    if (!worst || (!worst.isFull && !worst.isLossy)) return null;
    const { link, used, loss, isFull, isLossy } = worst;
    const hurtsCache = slowCaches(run).length > 0;
    const perSecond = (name: 'errorsPerSecond' | 'dropsPerSecond' | 'packetsPerSecond') =>
      reading(sample, `system.network.${name}`, link[name], 'perSecond');
    const bytes = (name: 'rxBytesPerSecond' | 'txBytesPerSecond' | 'linkBytesPerSecond') =>
      reading(sample, `system.network.${name}`, link[name], 'bytesPerSecond');
    return {
      severity: hurtsCache ? 'high' : 'medium',
      confidence: 'high',
      summary: isFull
        ? 'The link {interface} carries {used} of what it can.'
        : 'The link {interface} loses packets: errors and drops are {loss} of them.',
      evidence: {
        interface: reading(sample, 'system.network.interface', link.interface, 'text'),
        used: reading(sample, 'derived.networkUsedRatio', used, 'ratio', {
          bound: isFull ? context.bound('>=', 'usedRatio') : null,
        }),
        loss: reading(sample, 'derived.networkLossRatio', loss, 'ratio', {
          bound: isLossy ? context.bound('>', 'lossRatio') : null,
        }),
        rx: bytes('rxBytesPerSecond'),
        tx: bytes('txBytesPerSecond'),
        speed: bytes('linkBytesPerSecond'),
        errors: perSecond('errorsPerSecond'),
        drops: perSecond('dropsPerSecond'),
        packets: perSecond('packetsPerSecond'),
        slowCaches: reading(sample, 'derived.hadSlowRetrievals', hurtsCache ? true : null, 'text'),
      },
      candidateActions: actionsFor(sample.state),
    };
  },
});
