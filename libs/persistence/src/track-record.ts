import { type EffectRecord, OUTCOME_VERDICTS, type OutcomeVerdict, type TrackRecord } from '@app/core';

/** Effects per action type and rule, in the order of these names. */
export function trackRecordsOf(effects: readonly EffectRecord[]): TrackRecord[] {
  const groups = new Map<string, EffectRecord[]>();
  for (const effect of effects) {
    const key = `${effect.type} ${effect.ruleId}`;
    groups.set(key, [...(groups.get(key) ?? []), effect]);
  }
  return [...groups.keys()].sort().flatMap((key) => trackRecordOf(groups.get(key) ?? []) ?? []);
}

function trackRecordOf(effects: readonly EffectRecord[]): TrackRecord | null {
  const [first] = effects;
  if (first === undefined) return null;
  const measured = effects.flatMap(({ predicted, observedChangeRatio: observed }) =>
    predicted === null || predicted.changeRatio === null || observed === null
      ? []
      : [{ predicted: predicted.changeRatio, observed }],
  );
  return {
    type: first.type,
    ruleId: first.ruleId,
    count: effects.length,
    verdicts: countVerdicts(effects),
    predictedChangeRatio: meanOf(measured.map(({ predicted }) => predicted)),
    observedChangeRatio: meanOf(measured.map(({ observed }) => observed)),
    lastAt: effects.reduce((last, { at }) => (at > last ? at : last), first.at),
  };
}

function countVerdicts(effects: readonly EffectRecord[]): Record<OutcomeVerdict, number> {
  const countOf = (wanted: OutcomeVerdict): number => effects.filter(({ verdict }) => verdict === wanted).length;
  return Object.fromEntries(OUTCOME_VERDICTS.map((verdict) => [verdict, countOf(verdict)])) as Record<
    OutcomeVerdict,
    number
  >;
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
