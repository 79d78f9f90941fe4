import type { Analysis, CandidateAction, Evidence, InsightRequest } from '@app/core';
import type { NumberClaim } from './number-claims.js';
import { type Dimension, UNIT_OF_EVIDENCE, type Unit } from './units.js';

/** A number that the analysis knows, in the base unit of its dimension. */
interface Fact {
  readonly dimension: Dimension;
  readonly value: number;
  /** Scale of the unit in which it is stored, for sentences that leave the unit out. */
  readonly nativeScale: number;
}

/** Rounding to whole numbers is welcome, rounding 0.6 to 1 is not. */
const LARGEST_ROUNDING = 0.1;

function fact(value: unknown, unit: Unit | null): Fact[] {
  if (typeof value !== 'number' || unit === null) return [];
  return [{ dimension: unit.dimension, value: value * unit.scale, nativeScale: unit.scale }];
}

function evidenceFacts({ value, threshold, unit, windowSeconds }: Evidence): Fact[] {
  const known = UNIT_OF_EVIDENCE[unit];
  return [...fact(value, known), ...fact(threshold, known), ...fact(windowSeconds, UNIT_OF_EVIDENCE.seconds)];
}

const PARAMETER_UNITS: readonly (readonly [RegExp, Unit])[] = [
  [/watts$/i, UNIT_OF_EVIDENCE.watts ?? { dimension: 'power', scale: 1 }],
  [/mhz$/i, UNIT_OF_EVIDENCE.megahertz ?? { dimension: 'frequency', scale: 1 }],
  [/gb$/i, { dimension: 'bytes', scale: 1e9 }],
];

/** What a rule proposes is as much a number of the analysis as what it measured. */
function parameterFacts({ parameters }: CandidateAction): Fact[] {
  return Object.entries(parameters).flatMap(([name, value]) => {
    const unit = PARAMETER_UNITS.find(([pattern]) => pattern.test(name))?.[1];
    if (unit) return fact(value, unit);
    const count = fact(value, { dimension: 'count', scale: 1 });
    return [...count, ...fact(value, { dimension: 'share', scale: 1 })];
  });
}

/** Counts that are true of the analysis as a whole, each only in front of its noun. */
function countsOf(analysis: Analysis): readonly (readonly [RegExp, number])[] {
  const confirmed = analysis.findings.filter(({ state }) => state === 'confirmed');
  const { rulesEvaluated, rulesTotal } = analysis.coverage;
  return [
    [/^\s*(?:confirmed\s+)?(?:findings?|problems?|issues?)\b/i, confirmed.length],
    [/^\s*root causes?\b/i, confirmed.filter(({ rootCause }) => rootCause).length],
    [/^\s*(?:suspected|suspicions?)\b/i, analysis.findings.length - confirmed.length],
    [/^\s*(?:rules?|of\s+\d+\s+rules?)\b/i, rulesEvaluated],
    [/^\s*rules?\b/i, rulesTotal],
  ];
}

/** All numbers that may be said about an analysis. */
export class Facts {
  private readonly facts: readonly Fact[];
  private readonly counts: ReturnType<typeof countsOf>;

  constructor(request: Pick<InsightRequest, 'analysis'>) {
    const confirmed = request.analysis.findings.filter(({ state }) => state === 'confirmed');
    this.counts = countsOf(request.analysis);
    this.facts = [
      ...confirmed.flatMap(({ evidence }) => evidence.flatMap(evidenceFacts)),
      ...confirmed.flatMap(({ candidateActions }) => candidateActions.flatMap(parameterFacts)),
      ...fact(request.analysis.windowSeconds, UNIT_OF_EVIDENCE.seconds),
    ];
  }

  /** Whether the number is known: equal after rounding to its decimals, in a unit that fits. */
  holds(claim: NumberClaim): boolean {
    if (this.counts.some(([noun, count]) => noun.test(claim.after) && count === claim.value)) return true;
    const { unit } = claim;
    return this.facts.some((known) => {
      const scale = unit?.scale ?? known.nativeScale;
      if (unit !== null && unit.dimension !== known.dimension) return false;
      const full = known.dimension === 'share' ? 1 / scale : null;
      return isSame(claim, known.value / scale, full);
    });
  }
}

/** `full` is all of a share: almost all of it is not rounded to all. */
function isSame({ value, decimals }: NumberClaim, known: number, full: number | null): boolean {
  const difference = Math.abs(value - known);
  const noise = Math.abs(known) * 1e-9 + 1e-12;
  if (difference <= noise) return true;
  if (full !== null && Math.abs(value - full) <= noise) return false;
  const isRounded = difference <= 0.5 * 10 ** -decimals + noise;
  return isRounded && difference <= Math.abs(known) * LARGEST_ROUNDING;
}
