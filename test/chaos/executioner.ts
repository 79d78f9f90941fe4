import type { RunStage } from '@app/core';
import type { Death } from './agent/messages.js';
import type { Kill } from './scenario.js';

/** Kills the agent when the next kill of the run is due. */
export class Executioner {
  /** The kill that the agent's end is put down to. */
  last: Kill['kind'] | 'rollback' = 'clock';
  private kills: readonly Kill[] = [];
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly kill: () => void) {}

  begin(kills: readonly Kill[]): void {
    this.disarm();
    this.kills = kills;
  }

  /** The statement at which the agent is to end itself; null when something else is next. */
  get death(): Death | null {
    const [next] = this.kills;
    return next?.kind === 'statement' ? { stage: next.stage, statements: next.statements } : null;
  }

  stageBegan(stage: RunStage): void {
    const [next] = this.kills;
    if (next?.kind === 'clock' && next.stage === stage) this.strikeIn(next.delayMs);
  }

  settingCame(moment: 'asked' | 'done'): void {
    const [next] = this.kills;
    if (next?.kind === 'setting' && next.moment === moment) this.strikeIn(next.delayMs);
  }

  agentStarted(): void {
    const [next] = this.kills;
    if (next?.kind === 'start') this.strikeIn(next.delayMs);
  }

  strikeIn(delayMs: number): void {
    this.timer ??= setTimeout(this.kill, delayMs);
  }

  /** The agent is dead: on to the next kill. */
  struck(): void {
    this.disarm();
    this.last = this.kills[0]?.kind ?? 'rollback';
    this.kills = this.kills.slice(1);
  }

  disarm(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }
}
