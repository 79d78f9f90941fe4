import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AppError, type AuditLog, type Clock, type Freeze, type KillSwitchState, type SafetyStore } from '@app/core';

export const STOP_FILE = 'STOP';

/** The kill switch that needs no running service and no key: a file in DATA_DIR. */
export class StopFile {
  private readonly file: string;

  constructor(dataDir: string) {
    this.file = join(dataDir, STOP_FILE);
  }

  isPresent(): boolean {
    return existsSync(this.file);
  }
}

export interface SafetyView {
  readonly killSwitch: KillSwitchState;
  readonly freezes: readonly Freeze[];
}

export interface SafetyServiceDeps {
  readonly store: SafetyStore;
  readonly stopFile: Pick<StopFile, 'isPresent'>;
  readonly audit: Pick<AuditLog, 'append'>;
  readonly clock: Clock;
}

/** Freezes and the kill switch, for people. Both stop every change; what takes back a change stays allowed. */
export class SafetyService {
  constructor(private readonly deps: SafetyServiceDeps) {}

  async view(): Promise<SafetyView> {
    return { killSwitch: await this.killSwitch(), freezes: await this.deps.store.freezes() };
  }

  async killSwitch(): Promise<KillSwitchState> {
    if (!this.deps.stopFile.isPresent()) return this.deps.store.killSwitch();
    return { engaged: true, at: null, by: 'file', reason: `the file ${STOP_FILE} stands in DATA_DIR` };
  }

  /** Releasing it does not remove a stop file: whoever made that has to. */
  async setKillSwitch(engaged: boolean, by: string, reason: string | null): Promise<KillSwitchState> {
    await this.deps.store.setKillSwitch({ engaged, at: this.deps.clock.isoNow(), by, reason });
    await this.record('kill-switch', engaged ? 'engaged' : 'released', by, null, reason);
    return this.killSwitch();
  }

  async freeze(target: string, by: string, reason: string): Promise<Freeze> {
    await this.deps.store.freeze({ target, at: this.deps.clock.isoNow(), reason, runId: null, by });
    await this.record('freeze', 'frozen', by, target, reason);
    const freeze = await this.deps.store.freezeOf(target);
    if (freeze === null) throw new AppError('store_failed', `The freeze of ${target} was not stored.`);
    return freeze;
  }

  /** @throws AppError `target_not_frozen` */
  async lift(target: string, by: string): Promise<void> {
    if (!(await this.deps.store.lift(target, this.deps.clock.isoNow()))) {
      throw new AppError('target_not_frozen', `Target ${target} is not frozen.`);
    }
    await this.record('freeze', 'lifted', by, target, null);
  }

  freezeOf(target: string): Promise<Freeze | null> {
    return this.deps.store.freezeOf(target);
  }

  private async record(
    kind: 'freeze' | 'kill-switch',
    event: string,
    actor: string,
    target: string | null,
    reason: string | null,
  ): Promise<void> {
    const ids = { runId: null, actionId: null, planHash: null };
    await this.deps.audit.append({ kind, event, actor, target, reason, ...ids, details: {} });
  }
}
