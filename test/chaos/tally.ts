import type { Inspection } from './agent/messages.js';
import type { LedgerEntry } from './fake-device.js';
import type { Kill } from './scenario.js';

/** What happened, over all lanes. */
export class Tally {
  readonly violations: string[] = [];
  /** Of an agent that was at a run. */
  kills = 0;
  restarts = 0;
  runs = 0;
  /** Kills that came when the run had ended: they count for nothing. */
  private late = 0;
  private applied = 0;
  /** Settings of actions that came after the agent that asked for them had been replaced. */
  lateSettings = 0;
  private attempted = 0;
  private rolledBack = 0;
  private frozen = 0;
  private readonly byStage = new Map<string, number>();
  private readonly byStatus = new Map<string, number>();
  private readonly byKind = new Map<string, number>();

  /** `left`: the run that the killed process was at, as its store has it; none when it had ended. */
  killed(kind: Kill['kind'] | 'rollback', left: readonly Inspection[]): void {
    this.restarts += 1;
    const run = left[0]?.run;
    if (run === undefined) {
      this.late += 1;
      return;
    }
    this.kills += 1;
    add(this.byKind, kind);
    add(this.byStage, run.finishedAt !== null ? 'manual rollback' : (run.stage ?? 'queued'));
  }

  ended({ run, journal, freeze }: Inspection, ledger: readonly LedgerEntry[]): void {
    this.runs += 1;
    add(this.byStatus, run.status);
    const acts = ledger.filter(({ role }) => role === 'act');
    this.lateSettings += acts.filter(({ hasTakenEffect, isLate }) => hasTakenEffect && isLate).length;
    if (acts.length > 0) this.attempted += 1;
    if (acts.some(({ hasTakenEffect }) => hasTakenEffect)) this.applied += 1;
    if (journal.some(({ phase }) => phase === 'undone')) this.rolledBack += 1;
    if (freeze !== null) this.frozen += 1;
  }

  /** Share of the runs in which the device got the setting of an action. */
  get appliedShare(): number {
    return this.runs === 0 ? 0 : this.applied / this.runs;
  }

  stagesWithKills(): readonly string[] {
    return [...this.byStage.keys()];
  }

  describe(): string {
    return [
      `${this.kills} kills (${list(this.byKind)}), ${this.late} more after the end of a run, ${this.restarts} restarts, ${this.runs} runs`,
      `kills per stage: ${list(this.byStage)}`,
      `runs per status: ${list(this.byStatus)}`,
      `an action was attempted in ${this.attempted} runs and took effect in ${this.applied}, ${this.lateSettings} times only after the next agent had started; ${this.rolledBack} runs took something back, ${this.frozen} froze their target`,
      `${this.violations.length} violations`,
    ].join('\n');
  }
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function list(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([one], [other]) => one.localeCompare(other))
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}
