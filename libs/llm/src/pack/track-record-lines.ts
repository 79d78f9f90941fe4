import { OUTCOME_VERDICTS, type TrackRecord } from '@app/core';

/** The prompt has other things to tell. */
export const MOST_TRACK_RECORDS = 5;

/** What became of actions before, those done most often first: a hint for the choice, and no evidence of this machine's state. */
export function trackRecordLines(records: readonly TrackRecord[]): string[] {
  return [...records]
    .sort((a, b) => b.count - a.count || `${a.type} ${a.ruleId}`.localeCompare(`${b.type} ${b.ruleId}`))
    .slice(0, MOST_TRACK_RECORDS)
    .map(({ type, ruleId, count, verdicts }) => {
      const outcomes = OUTCOME_VERDICTS.filter((verdict) => verdicts[verdict] > 0).map(
        (verdict) => `${verdicts[verdict]} ${verdict}`,
      );
      return ` record of ${type} for ${ruleId}: done ${count} times before, ${outcomes.join(', ')}`;
    });
}
