import { type EvaluationTotals, type Evaluated, harmfulActionsOf } from './evaluated.js';

const COLUMNS: readonly (readonly [string, (row: EvaluationTotals) => string])[] = [
  ['family', ({ family }) => family],
  ['asked', ({ asked }) => String(asked)],
  ['answer used', ({ used, asked }) => share(used, asked)],
  ['every root cause named', ({ causesNamed, causesAsked }) => share(causesNamed, causesAsked)],
  ['first action wanted', ({ actionsRight, actionsAsked }) => share(actionsRight, actionsAsked)],
  ['harmful actions', ({ harmfulActions }) => String(harmfulActions)],
  ['claims', ({ claims }) => String(claims)],
  ['claims removed', ({ removed, claims }) => `${removed} (${share(removed, claims)})`],
  ['prompt tokens', ({ promptTokens, asked }) => perAnswer(promptTokens, asked)],
  ['completion tokens', ({ completionTokens, asked }) => perAnswer(completionTokens, asked)],
  ['cost, US$ per 1,000', ({ costUsd, asked }) => (costUsd === null ? '–' : ((costUsd / asked) * 1000).toFixed(3))],
  ['latency p50 / p95, ms', ({ latencies }) => `${quantile(latencies, 0.5)} / ${quantile(latencies, 0.95)}`],
];

function share(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((part / whole) * 100).toFixed(1)} %`;
}

function perAnswer(sum: number, answers: number): string {
  return answers === 0 ? '–' : (sum / answers).toFixed(0);
}

function quantile(values: readonly number[], ratio: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(ratio * sorted.length) - 1)] ?? 0;
}

/** A Markdown table; the last row is all families together. */
export function evaluationTable(rows: readonly EvaluationTotals[]): string {
  const columns = COLUMNS.map(([title, cell], position) => {
    const cells = [title, ...rows.map(cell)];
    const width = Math.max(...cells.map(({ length }) => length));
    const isText = position === 0;
    const [head = '', ...body] = cells.map((text) => (isText ? text.padEnd(width) : text.padStart(width)));
    return [head, isText ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`, ...body];
  });
  const lines = columns[0]?.map((_, line) => columns.map((cells) => cells[line]).join(' | ')) ?? [];
  return lines.map((line) => `| ${line} |`).join('\n');
}

/** What was taken out of an answer, and what it recommends that would do harm. */
export function complaintsOf(evaluated: Evaluated): string[] {
  const { scenario, insights } = evaluated;
  const removed = insights.grounding.removed.map(({ text, reason }) => `  removed: ${text} (${reason})`);
  const harmful = harmfulActionsOf(evaluated).map((type) => `  harmful: ${type}`);
  const unused = insights.degradedReason === null ? [] : [`  not used: ${insights.degradedReason}`];
  const lines = [...unused, ...harmful, ...removed];
  return lines.length === 0 ? [] : [`${scenario.id} (${scenario.family})`, ...lines];
}
