import type { SeenAction, SeenLoopRun } from '../support/acting-agent.js';
import type { SeenFinding } from '../support/watching-agent.js';

/** Stands at the beginning of each line, since nothing here is of a real machine. */
export function line(text: string): string {
  return `[simulated] ${text}`.trimEnd();
}

export function chapter(title: string): string {
  return line(`\n[simulated] ${title.toUpperCase()}`).replace('[simulated] \n', `${line('')}\n`);
}

export function verdict({ severity, title, subject, summary }: SeenFinding): string[] {
  return [line(`  found     [${severity}] ${title}, ${subject.label}`), line(`            ${summary}`)];
}

export function plan({ id, plan: made, status }: SeenLoopRun): string[] {
  return [
    line(`  plan      run ${id} is ${status}, hash ${made?.hash.slice(0, 12)}…`),
    ...(made?.actions.flatMap(planned) ?? []),
  ];
}

function planned({ id, type, gate, risk, preview, guardrails }: SeenAction): string[] {
  const allowing = guardrails.filter(({ verdict: word }) => word === 'allow').length;
  return [
    line(`            ${id} ${type} (${risk}, ${gate}): ${preview}`),
    ...(guardrails.length === 0
      ? []
      : [line(`            ${allowing} of ${guardrails.length} guardrails allow it so far`)]),
  ];
}

export function effect({ status, outcome, plan: made, steps }: SeenLoopRun): string[] {
  const done = steps.find(({ stage }) => stage === 'execute')?.detail;
  const statuses = made?.actions.map(({ type, status: word }) => `${type} is ${word}`).join(', ');
  return [
    line(`  done      ${done}`),
    ...(outcome?.metrics.map(({ signal, before, after, verdict: word }) =>
      line(`            ${signal}: ${number(before)} -> ${number(after)} (${word})`),
    ) ?? []),
    line(`  verdict   ${outcome?.verdict}${outcome?.rolledBack ? ', rolled back' : ''}: run ${status}, ${statuses}`),
    line(`            ${outcome?.explanation}`),
  ];
}

function number(value: number | null): string {
  return value === null ? 'not measured' : String(Number(value.toPrecision(3)));
}
