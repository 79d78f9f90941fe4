import { beforeEach, describe, expect, it } from '@jest/globals';
import { SetClock } from '@app/testing/workflow';
import { Circuit, type CircuitPass, FAILURES_TO_OPEN } from './circuit.js';
import { GROQ_FAILURE_KINDS, type GroqFailureKind } from './failure-kinds.js';

const DOWN = 'Groq could not be reached; check the network.';
let clock: SetClock;
let circuit: Circuit;
beforeEach(() => {
  clock = new SetClock(Date.parse('2026-01-01T00:00:00.000Z'));
  circuit = new Circuit(clock);
});

function pass(): CircuitPass {
  const entered = circuit.enter();
  if (typeof entered === 'string') throw new Error(entered);
  return entered;
}

function call(kind: GroqFailureKind | 'answer', times: number = 1): void {
  for (let time = 0; time < times; time += 1) pass().ended(kind, kind === 'answer' ? null : DOWN);
}

const secondsUntilRetry = (): number => (Date.parse(circuit.view().retryAt ?? '') - clock.now()) / 1000;

describe('the circuit', () => {
  it.each<GroqFailureKind>(['network', 'server', 'timeout'])(
    'opens after several calls in a row that ended in %s',
    (kind) => {
      call(kind, FAILURES_TO_OPEN - 1);
      expect(circuit.view().state).toBe('closed');
      call(kind);
      expect(circuit.view()).toEqual({ state: 'open', retryAt: '2026-01-01T00:00:30.000Z', reason: DOWN });
      expect(circuit.enter()).toBe(`${DOWN} The model is asked again after 2026-01-01T00:00:30.000Z.`);
    },
  );

  it('opens at once when the key is rejected', () => {
    call('auth');
    expect(circuit.view().state).toBe('open');
    expect(secondsUntilRetry()).toBe(60);
  });

  it('is not opened by anything else, however often', () => {
    const harmless = GROQ_FAILURE_KINDS.filter((kind) => !['auth', 'network', 'server', 'timeout'].includes(kind));
    for (const kind of [...harmless, 'answer' as const]) call(kind, 3 * FAILURES_TO_OPEN);
    expect(circuit.view().state).toBe('closed');
    expect(harmless).toHaveLength(10);
  });

  it('counts failures in a row only', () => {
    call('network', FAILURES_TO_OPEN - 1);
    call('unparsable');
    call('network', FAILURES_TO_OPEN - 1);
    expect(circuit.view().state).toBe('closed');
  });

  it('is not closed by a cancelled run', () => {
    call('network', FAILURES_TO_OPEN - 1);
    call('cancelled');
    call('network');
    expect(circuit.view().state).toBe('open');
  });

  it('lets one trial through after its pause, and closes when that gets an answer', () => {
    call('network', FAILURES_TO_OPEN);
    clock.advance(30_000);
    expect(circuit.view()).toMatchObject({ state: 'half-open', retryAt: null });
    const trial = pass();
    expect(circuit.enter()).toContain('Another run is trying');
    trial.ended('answer', null);
    expect(circuit.view()).toEqual({ state: 'closed', retryAt: null, reason: null });
    call('network', FAILURES_TO_OPEN - 1);
    expect(circuit.view().state).toBe('closed');
  });

  it.each([
    ['network', [30, 60, 120, 240, 480, 900, 900]],
    ['auth', [60, 120, 240, 480, 960, 1920, 3600, 3600]],
  ] as const)('doubles its pause with every trial that ends in %s, up to a longest', (kind, pauses) => {
    call(kind, kind === 'auth' ? 1 : FAILURES_TO_OPEN);
    const seen = [secondsUntilRetry()];
    while (seen.length < pauses.length) {
      clock.advance(secondsUntilRetry() * 1000);
      call(kind);
      seen.push(secondsUntilRetry());
    }
    expect(seen).toEqual(pauses);
  });

  it('lets the next one try when a trial was cancelled', () => {
    call('auth');
    clock.advance(60_000);
    call('cancelled');
    expect(circuit.view().state).toBe('half-open');
    call('answer');
    expect(circuit.view().state).toBe('closed');
  });

  it('stays closed when a question fails only after its trial got an answer', () => {
    call('auth');
    clock.advance(60_000);
    const trial = pass();
    trial.ended('unparsable', null);
    trial.ended('network', DOWN);
    expect(circuit.view().state).toBe('closed');
  });

  it('stays open when a call from before ends while another tries', () => {
    const early = pass();
    call('auth');
    clock.advance(60_000);
    pass();
    early.ended('network', DOWN);
    expect(typeof circuit.enter()).toBe('string');
  });
});
