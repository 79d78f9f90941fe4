import type { System } from '@app/core';
import { counterRate } from './counter-rate.js';
import { decimal } from './decimal.js';

/** Cumulative counters of a network interface, both directions together where they are one value in the snapshot. */
export interface InterfaceCounters {
  readonly rxBytes: number;
  readonly txBytes: number;
  readonly errors: number | null;
  readonly drops: number | null;
  readonly packets: number | null;
  /** No counter: the speed of the link. */
  readonly linkBytesPerSecond: number | null;
}

/** Loopback, bridges, tunnels and container ends; the traffic of a bond is that of its members. */
const VIRTUAL_NAME =
  /^(lo|docker|br-|virbr|veth|vnet|cni|cali|cilium|lxc|lxd|flannel|weave|vxlan|geneve|genev|tun|tap|wg|dummy|bond|team|ifb|sit|gre|ip6|tailscale|nodelocaldns|kube-|vlan|macvlan|ipvlan|vmnet|zt|nerdctl|podman|incus)/;

/** For sources that show no device behind an interface: judged by the usual names. */
export function isVirtualName(name: string): boolean {
  return VIRTUAL_NAME.test(name) || /^br\d/.test(name) || name.includes('.');
}

/** `/proc/net/dev`: per interface eight receive columns, then eight transmit columns. */
export function parseNetDev(text: string): ReadonlyMap<string, InterfaceCounters> {
  const counters = new Map<string, InterfaceCounters>();
  for (const line of text.split('\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).trim();
    if (name === '' || /\s/.test(name) || counters.has(name)) continue;
    const columns = line
      .slice(colon + 1)
      .trim()
      .split(/\s+/)
      .map(decimal);
    const [rxBytes, rxPackets, rxErrors, rxDrops, , , , , txBytes, txPackets, txErrors, txDrops] = columns;
    if (columns.length < 12 || rxBytes == null || txBytes == null) continue;
    counters.set(name, {
      rxBytes,
      txBytes,
      errors: sumOf(rxErrors, txErrors),
      drops: sumOf(rxDrops, txDrops),
      packets: sumOf(rxPackets, txPackets),
      linkBytesPerSecond: null,
    });
  }
  return counters;
}

export function sumOf(one: number | null | undefined, other: number | null | undefined): number | null {
  return one == null || other == null ? null : one + other;
}

/** `/sys/class/net/NAME/speed` is in Mbit/s; -1, also as an unsigned number, is what virtual or downed links say. */
export function parseLinkSpeed(text: string): number | null {
  const megabits = decimal(text.trim());
  return megabits === null || megabits === 0 || megabits >= 4_294_967_295 ? null : (megabits * 1e6) / 8;
}

/** Per second over the interval; null without an earlier sample or when a counter went down. */
export function networkRates(
  name: string,
  earlier: InterfaceCounters | null,
  later: InterfaceCounters,
  seconds: number,
): System['network'][number] {
  const rate = (counter: keyof InterfaceCounters): number | null =>
    counterRate(earlier?.[counter], later[counter], seconds);
  return {
    interface: name,
    rxBytesPerSecond: rate('rxBytes'),
    txBytesPerSecond: rate('txBytes'),
    errorsPerSecond: rate('errors'),
    dropsPerSecond: rate('drops'),
    packetsPerSecond: rate('packets'),
    linkBytesPerSecond: later.linkBytesPerSecond,
  };
}
