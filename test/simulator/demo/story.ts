import type { SeenAnalysis } from '../support/watching-agent.js';

/** What is read here of a run. */
export interface SeenRun {
  readonly id: string;
  readonly snapshot: {
    readonly simulated: boolean;
    readonly gpus: readonly {
      readonly name: string | null;
      readonly temperature: { readonly gpuCelsius: number | null };
      readonly clocks: { readonly smMhz: number | null };
    }[];
  } | null;
  readonly analysis:
    (SeenAnalysis & { readonly findings: SeenAnalysis['items']; readonly healthScore: number | null }) | null;
  readonly insights: {
    readonly summary: string;
    readonly recommendations: readonly { readonly title: string; readonly rationale: string }[];
  } | null;
}

/** Stands at the beginning of each line, since nothing here is of a real machine. */
export function line(text: string): string {
  return `[simulated] ${text}`.trimEnd();
}

export function progress(seconds: number, { gpus }: NonNullable<SeenRun['snapshot']>, analysis: SeenAnalysis): string {
  const states = gpus.map(({ temperature, clocks }, i) => `GPU ${i} ${temperature.gpuCelsius} °C ${clocks.smMhz} MHz`);
  const found = analysis.items.map(({ ruleId, state }) => `${ruleId} (${state})`).join(', ') || 'no findings';
  return line(`${String(Math.round(seconds)).padStart(3)} s  ${states.join(', ')}: ${found}`);
}

/** The verdict of a run, as the agent gave it. */
export function verdict({ id, snapshot, analysis, insights }: SeenRun): string[] {
  const causes = analysis?.findings.filter(({ rootCause, state }) => rootCause && state === 'confirmed') ?? [];
  const effects = analysis?.findings.filter(({ rootCause }) => !rootCause) ?? [];
  return [
    '',
    `VERDICT of run ${id}: ${analysis?.healthStatus}, score ${analysis?.healthScore}, snapshot marked simulated: ${snapshot?.simulated}`,
    ...causes.map(
      ({ severity, title, subject, summary }) => `  cause   [${severity}] ${title}, ${subject.label}: ${summary}`,
    ),
    ...effects.map(({ severity, title, subject }) => `  effect  [${severity}] ${title}, ${subject.label}`),
    ...(insights === null ? [] : [`  summary ${insights.summary}`]),
    ...(insights?.recommendations.map(({ title, rationale }) => `  do      ${title}: ${rationale}`) ?? []),
    '',
  ].map(line);
}
