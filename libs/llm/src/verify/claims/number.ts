import type { InsightRequest } from '@app/core';
import type { FindingViews } from '../finding-views.js';
import type { NumberMatch } from '../number-check.js';
import { isIndex, NumberMatcher } from '../number-matcher.js';
import type { CheckedSentence, ClaimCheck } from './claim.js';
import { countHolds } from './counts.js';
import { timesKnown, withoutTimes } from './time.js';

class NumberChecker {
  private readonly matcher: NumberMatcher;

  constructor(
    private readonly request: Pick<InsightRequest, 'analysis' | 'snapshot'>,
    views: FindingViews,
  ) {
    this.matcher = new NumberMatcher(request.analysis.windowSeconds, views);
  }

  /** Null, or what is wrong with the first number that does not hold. */
  problemOf(sentence: CheckedSentence): string | null {
    const { scope } = sentence;
    const { text, unknown } = withoutTimes(sentence.text, timesKnown(sentence));
    if (unknown !== null) return `The time ${unknown} is none of the analysis.`;
    const readings = this.matcher.readings(sentence, text);
    let previous: NumberMatch | undefined;
    for (const [index, reading] of readings.entries()) {
      if (countHolds(reading.claim, text, scope, this.request, this.matcher.viewsFor(reading, scope))) continue;
      if (isIndex(reading.claim, text)) return `There is no ${reading.claim.text} of that kind.`;
      const result = this.matcher.match(readings, index, { text, scope, previous });
      if (typeof result === 'string') return result;
      previous = result;
    }
    return null;
  }
}

/** Every number is a reading, bound or count of what the sentence is about, and stands to others as it says. */
export function numberClaim(request: InsightRequest, views: FindingViews): ClaimCheck {
  const checker = new NumberChecker(request, views);
  return (sentence) => checker.problemOf(sentence);
}
