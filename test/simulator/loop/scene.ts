import { setTimeout as delay } from 'node:timers/promises';
import { Operator, type SeenAction, type SeenLoopRun } from '../support/acting-agent.js';
import { type RunningHost, startHost } from '../support/simulated-host.js';
import { startAgent } from '../support/watching-agent.js';
import { AGENT_SETTINGS, BASELINE_SECONDS, configFile, HOST_OPTIONS, type LoopConfig } from './settings.js';
import { type Webhook, startWebhook } from './webhook.js';

export const CHAPTERS = ['remedies', 'faults', 'harm', 'refusals'] as const;
export type Chapter = (typeof CHAPTERS)[number];

/** One line of the report. */
export interface Row {
  readonly what: string;
  readonly expected: string;
  readonly isMet: boolean;
  readonly told: string;
}

/** A host of its own, an agent that reads it, and whoever operates that. */
export interface Stage {
  readonly host: RunningHost;
  readonly operator: Operator;
  readonly webhook: Webhook;
}

export interface Scene {
  readonly name: string;
  readonly chapter: Chapter;
  /** Played once more when it is missed: of short windows one or two in a hundred are taken for harm by chance. */
  readonly mayRepeat?: boolean;
  readonly hostOptions?: readonly string[];
  /** Sources that the agent is not told of, and other settings of its environment. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly config?: (webhookUrl: string) => LoopConfig;
  play(stage: Stage): Promise<readonly Row[]>;
}

export async function perform(scene: Scene): Promise<readonly Row[]> {
  const rows = await played(scene);
  if (scene.mayRepeat !== true || rows.every(({ isMet }) => isMet)) return rows;
  const first = rows.map(({ told }) => told).join('; ');
  return (await played(scene)).map((row) => ({ ...row, told: `${row.told} (The first time: ${first})` }));
}

/** A scene that could not be played to its end is one row that is not met. */
async function played(scene: Scene): Promise<readonly Row[]> {
  try {
    return await onStage(scene);
  } catch (error) {
    const told = error instanceof Error ? error.message : String(error);
    return [{ what: scene.name, expected: 'to be played to its end', isMet: false, told }];
  }
}

async function onStage(scene: Scene): Promise<readonly Row[]> {
  const host = await startHost([...HOST_OPTIONS, ...(scene.hostOptions ?? [])]);
  const webhook = await startWebhook();
  try {
    const config = configFile(scene.config?.(webhook.url));
    const agent = await startAgent(host, { ...AGENT_SETTINGS, ...scene.settings }, config);
    try {
      await delay(BASELINE_SECONDS * 1000);
      return await scene.play({ host, webhook, operator: new Operator(agent) });
    } finally {
      await agent.stop();
    }
  } finally {
    await webhook.stop();
    await host.stop();
  }
}

/** The action of a type in a plan; null when it is not there. */
export function actionIn(run: SeenLoopRun, type: string): SeenAction | null {
  return run.plan?.actions.find((action) => action.type === type) ?? null;
}

/** Why the guardrails deny an action: what the one says that is asked about, where it denies, else the first that does. */
export function denialOf(action: SeenAction | null, guardrail?: string): string {
  if (action === null) return 'not in the plan';
  const denials = action.guardrails.filter(({ verdict }) => verdict === 'deny');
  const denial = denials.find(({ name }) => name === guardrail) ?? denials[0];
  return denial === undefined ? 'not denied' : `${denial.name}: ${denial.reason}`;
}

/** What a run did and what came of it. */
export function storyOf(run: SeenLoopRun): string {
  const actions = run.plan?.actions.map(({ type, status, error }) => `${type} ${status}${error ? ` (${error})` : ''}`);
  const outcome = run.outcome === null ? '' : `; ${run.outcome.verdict}: ${run.outcome.explanation}`;
  return `run ${run.status}: ${actions?.join(', ') || 'no actions'}${outcome}`;
}
