import type { Freeze, JournalEntry, Run, RunMode, RunStage, RunStatus } from '@app/core';

/** What the agent's process is started with. */
export interface AgentOptions {
  readonly dataDir: string;
  readonly deviceFile: string;
  readonly alertUrl: string;
  readonly targets: readonly string[];
  readonly death: Death | null;
}

/** The process kills itself by SIGKILL before this statement of the store after the begin of the stage. */
export interface Death {
  readonly stage: RunStage;
  readonly statements: number;
}

/** A run and all that is known of it. */
export interface Inspection {
  readonly run: Run;
  readonly journal: readonly JournalEntry[];
  readonly freeze: Freeze | null;
}

/** What can be asked of the agent, as over its HTTP interface. */
export interface AgentCalls {
  start(request: { readonly target: string; readonly mode: RunMode; readonly key: string }): Promise<string>;
  waitFor(runId: string): Promise<Run>;
  decide(runId: string, decision: 'approve' | 'reject', planHash: string): Promise<void>;
  cancel(runId: string): Promise<void>;
  rollback(runId: string): Promise<void>;
  inspect(runId: string): Promise<Inspection>;
  arm(death: Death | null): Promise<void>;
}
export type AgentMethod = keyof AgentCalls;

export interface CallMessage {
  readonly id: number;
  readonly method: AgentMethod;
  readonly args: readonly unknown[];
}

export type AgentMessage =
  /** As the last process left it, before anything is taken up. */
  | { readonly kind: 'found'; readonly left: readonly Inspection[] }
  | { readonly kind: 'ready' }
  | { readonly kind: 'stage'; readonly stage: RunStage | null; readonly status: RunStatus }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly code: string; readonly text: string };
