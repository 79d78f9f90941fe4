import { describe, expect, it } from '@jest/globals';
import type { AppError } from '@app/core';
import { validationPipe } from '../../problem/validation.pipe.js';
import { HistoryQueryDto } from './history-query.dto.js';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');
const SIGNAL = 'gpus.power.drawWatts';

function parsed(query: Record<string, unknown>): Promise<HistoryQueryDto> {
  return validationPipe().transform(query, { type: 'query', metatype: HistoryQueryDto }) as Promise<HistoryQueryDto>;
}
const queryOf = async (query: Record<string, unknown>) => HistoryQueryDto.toQuery(await parsed(query), 'local', NOW);
async function errorsOf(query: Record<string, unknown>): Promise<{ path: string; message: string }[]> {
  const error: unknown = await queryOf(query).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ code: 'validation_failed' });
  return (error as AppError).details['errors'] as { path: string; message: string }[];
}

describe('the query of a history', () => {
  it('asks for the last hour unless it says otherwise', async () => {
    expect(await queryOf({ signal: SIGNAL })).toEqual({
      target: 'local',
      signal: SIGNAL,
      subject: undefined,
      fromMs: NOW - 3_600_000,
      toMs: NOW,
      stepMs: undefined,
    });
  });

  it('asks for the hour before its end when it has no beginning', async () => {
    const { fromMs, toMs } = await queryOf({ signal: SIGNAL, to: '2026-02-01T00:00:00Z' });
    expect([fromMs, toMs]).toEqual([Date.parse('2026-01-31T23:00:00Z'), Date.parse('2026-02-01T00:00:00Z')]);
  });

  it.each(['2026-02-01T00:00:00Z', '2026-02-01T00:00:00.250Z', '2026-02-01T01:00:00+01:00'])(
    'takes %s',
    async (from) => {
      expect((await queryOf({ signal: SIGNAL, from })).fromMs).toBe(Date.parse(from));
    },
  );

  it.each([
    ['30', 30],
    ['30s', 30],
    ['5m', 300],
    ['1h', 3600],
  ])('takes a step of %s', async (step, seconds) => {
    expect((await queryOf({ signal: SIGNAL, step })).stepMs).toBe(seconds * 1000);
  });

  it.each([
    [{}, 'signal'],
    [{ signal: '' }, 'signal'],
    [{ signal: ['gpus.name', SIGNAL] }, 'signal'],
    [{ signal: 'gpus.power' }, 'signal'],
    [{ signal: '__proto__' }, 'signal'],
    [{ signal: SIGNAL, subject: '' }, 'subject'],
    [{ signal: SIGNAL, from: 'yesterday' }, 'from'],
    [{ signal: SIGNAL, from: '2026-02-01T00:00:00' }, 'from'],
    [{ signal: SIGNAL, from: '2026-02-30T00:00:00Z' }, 'from'],
    [{ signal: SIGNAL, from: '2026-02-01' }, 'from'],
    [{ signal: SIGNAL, to: '1767225600' }, 'to'],
    [{ signal: SIGNAL, to: '' }, 'to'],
    [{ signal: SIGNAL, step: '0' }, 'step'],
    [{ signal: SIGNAL, step: '0s' }, 'step'],
    [{ signal: SIGNAL, step: '-5' }, 'step'],
    [{ signal: SIGNAL, step: '1.5' }, 'step'],
    [{ signal: SIGNAL, step: '5d' }, 'step'],
    [{ signal: SIGNAL, step: ['1', '2'] }, 'step'],
    [{ signal: SIGNAL, subjekt: 'x' }, 'subjekt'],
    [{ signal: SIGNAL, from: '2026-03-02T00:00:00Z', to: '2026-03-01T00:00:00Z' }, 'from'],
    [{ signal: SIGNAL, from: '2027-01-01T00:00:00Z' }, 'from'],
  ])('%j is refused by its field, once', async (query, path) => {
    expect((await errorsOf(query)).map((error) => error.path)).toEqual([path]);
  });

  it('names the nearest signals for one that is none', async () => {
    const [error] = await errorsOf({ signal: 'gpus.power.drawWatt' });
    expect(error?.message).toContain('gpus.power.drawWatts');
    expect(error?.message).toContain('GET /analysis/rules');
  });

  it('says of a derived signal that it is not recorded', async () => {
    const [error] = await errorsOf({ signal: 'derived.requestsWaitingNotDeferred' });
    expect(error?.message).toContain('not recorded');
  });
});
