import { Module } from '@nestjs/common';
import { Settings } from '@app/config';
import { ActionJournal, AuditLog, Clock, EffectHistory, SafetyStore } from '@app/core';
import { ActionSet } from './action-set.js';
import { executableActions } from './actions/executable-actions.js';
import { ActionsService } from './actions.service.js';
import { Notifier } from './executors/notifier.js';
import { GuardGate } from './guardrails/gate.js';
import { GuardService } from './guardrails/guard.service.js';
import { GUARDRAILS } from './guardrails/guardrails.js';
import { Planner } from './planner/planner.js';
import { ActionRunner } from './runner/action-runner.js';
import { SafetyService, StopFile } from './safety.service.js';

/** What can be done, what may be done, and doing it. The ports are bound by the persistence module. */
@Module({
  providers: [
    ActionsService,
    { provide: GuardGate, useFactory: (): GuardGate => new GuardGate(GUARDRAILS) },
    {
      provide: StopFile,
      useFactory: ({ store }: Settings): StopFile => new StopFile(store.dataDir),
      inject: [Settings],
    },
    {
      provide: ActionSet,
      useFactory: (settings: Settings, clock: Clock): ActionSet =>
        new ActionSet(executableActions({ settings, clock })),
      inject: [Settings, Clock],
    },
    {
      provide: Notifier,
      useFactory: (settings: Settings, clock: Clock): Notifier => new Notifier({ settings, clock }),
      inject: [Settings, Clock],
    },
    {
      provide: GuardService,
      useFactory: (
        gate: GuardGate,
        actions: ActionSet,
        journal: ActionJournal,
        safety: SafetyStore,
        stopFile: StopFile,
        settings: Settings,
        clock: Clock,
      ): GuardService => new GuardService({ gate, actions, journal, safety, stopFile, settings, clock }),
      inject: [GuardGate, ActionSet, ActionJournal, SafetyStore, StopFile, Settings, Clock],
    },
    {
      provide: Planner,
      useFactory: (
        catalogue: ActionsService,
        actions: ActionSet,
        guards: GuardService,
        effects: EffectHistory,
        settings: Settings,
        clock: Clock,
      ): Planner => new Planner({ catalogue, actions, guards, effects, settings, clock }),
      inject: [ActionsService, ActionSet, GuardService, EffectHistory, Settings, Clock],
    },
    {
      provide: ActionRunner,
      useFactory: (
        actions: ActionSet,
        gate: GuardGate,
        journal: ActionJournal,
        settings: Settings,
        clock: Clock,
      ): ActionRunner => new ActionRunner({ actions, gate, journal, settings, clock }),
      inject: [ActionSet, GuardGate, ActionJournal, Settings, Clock],
    },
    {
      provide: SafetyService,
      useFactory: (store: SafetyStore, stopFile: StopFile, audit: AuditLog, clock: Clock): SafetyService =>
        new SafetyService({ store, stopFile, audit, clock }),
      inject: [SafetyStore, StopFile, AuditLog, Clock],
    },
  ],
  exports: [ActionsService, ActionSet, Notifier, GuardService, Planner, ActionRunner, SafetyService],
})
export class ActionsModule {}
