import { describe, expect, it } from '@jest/globals';
import { isVirtualName, networkRates, parseLinkSpeed, parseNetDev } from './network-counters.js';

const HEADER = 'Inter-| x\n face |bytes\n';

describe('network counters', () => {
  it('are read with and without a blank after the colon', () => {
    const counters = parseNetDev(`${HEADER}  eth0:100 10 2 4 0 0 0 0 200 20 3 5 0 0 0 0\nbroken: 1 2\n`);

    expect([...counters]).toEqual([
      ['eth0', { rxBytes: 100, txBytes: 200, errors: 5, drops: 9, packets: 30, linkBytesPerSecond: null }],
    ]);
  });

  it('become rates, except where a counter went down', () => {
    const earlier = { rxBytes: 100, txBytes: 500, errors: 0, drops: 1, packets: 10, linkBytesPerSecond: null };
    const later = { rxBytes: 300, txBytes: 400, errors: 0, drops: 5, packets: 30, linkBytesPerSecond: 125 };

    expect(networkRates('eth0', earlier, later, 2)).toEqual({
      interface: 'eth0',
      rxBytesPerSecond: 100,
      txBytesPerSecond: null,
      errorsPerSecond: 0,
      dropsPerSecond: 2,
      packetsPerSecond: 10,
      linkBytesPerSecond: 125,
    });
  });

  it.each([0, -5, Number.NaN])('have no rate over %d seconds', (seconds) => {
    const counters = { rxBytes: 1, txBytes: 1, errors: 1, drops: 1, packets: 1, linkBytesPerSecond: null };

    expect(networkRates('eth0', counters, { ...counters, rxBytes: 9 }, seconds).rxBytesPerSecond).toBeNull();
  });
});

describe('the speed of a link', () => {
  it.each([
    ['100000\n', 12_500_000_000],
    ['-1\n', null],
    ['4294967295\n', null],
    ['0\n', null],
    ['', null],
  ])('in %j is %p', (text, expected) => {
    expect(parseLinkSpeed(text)).toBe(expected);
  });
});

describe('names of interfaces', () => {
  it.each(['lo', 'docker0', 'br-12ab', 'br0', 'veth1a', 'cali12', 'bond0', 'eth0.100', 'tailscale0'])(
    'tell that %s is virtual',
    (name) => {
      expect(isVirtualName(name)).toBe(true);
    },
  );

  it.each(['eth0', 'eno1', 'enp5s0f0np0', 'ens3', 'ib0', 'ibp12s0', 'wlan0', 'broadcom0'])(
    'tell that %s is none of the virtual ones',
    (name) => {
      expect(isVirtualName(name)).toBe(false);
    },
  );
});
