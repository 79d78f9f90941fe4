import { describe, expect, it } from '@jest/globals';
import { parseSimulateOptions, UsageError } from './simulate-options.js';

describe('the command line of the simulator', () => {
  it('has defaults for everything', () => {
    expect(parseSimulateOptions([])).toEqual({
      simulation: {
        machine: { gpus: 8, product: 'h100', engines: 2, cache: { capacityGib: 60 }, seed: 1 },
        speed: 1,
        isPaused: false,
      },
      port: 4000,
      isJson: false,
    });
  });

  it('describes another host', () => {
    const argv = '--gpus 1 --product t4 --engines 1 --model 1b --requests-per-second 0.5 --seed 9 --paused --json';
    expect(parseSimulateOptions([...argv.split(' '), '--remote-gib=100', '--port=0', '--speed=2.5'])).toEqual({
      simulation: {
        machine: {
          gpus: 1,
          product: 't4',
          engines: [{ model: '1b', traffic: { requestsPerSecond: 0.5 } }],
          cache: { capacityGib: 60, remoteGib: 100 },
          seed: 9,
        },
        speed: 2.5,
        isPaused: true,
      },
      port: 0,
      isJson: true,
    });
  });

  it('leaves the cache out', () => {
    expect(parseSimulateOptions(['--cache-gib', '0'])?.simulation.machine.cache).toBeNull();
  });

  it('shows its usage when asked', () => {
    expect(parseSimulateOptions(['--help'])).toBeNull();
  });

  it.each([
    ['--gpus', '0'],
    ['--gpus', '1.5'],
    ['--gpus', 'many'],
    ['--gpus', ''],
    ['--product', 'voodoo2'],
    ['--engines', '9'],
    ['--port', '70000'],
    ['--speed', '0'],
  ])('names the option in %s %s', (name, value) => {
    expect(() => parseSimulateOptions([name, value])).toThrow(name);
    expect(() => parseSimulateOptions([name, value])).toThrow(UsageError);
  });

  it('refuses what it does not know, and more engines than GPUs', () => {
    expect(() => parseSimulateOptions(['--gpu', '8'])).toThrow(UsageError);
    expect(() => parseSimulateOptions(['--gpus', '1', '--engines', '2'])).toThrow('--engines');
  });
});
