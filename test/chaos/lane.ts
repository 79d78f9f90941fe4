import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isTerminal, type Run, type RunStage, type RunStatus } from '@app/core';
import type { AgentImage } from './agent-image.js';
import { AgentGoneError, AgentProcess, AgentRefusalError } from './agent-process.js';
import { type FakeGpu, healthyGpu } from './agent/device-state.js';
import type { AgentCalls, AgentMethod, Inspection } from './agent/messages.js';
import type { AlertInbox } from './alert-inbox.js';
import { Executioner } from './executioner.js';
import { FakeDevice } from './fake-device.js';
import { violationsOf, violationsSoFar } from './invariants.js';
import { between, type Random } from './random.js';
import { chooseScenario, type Fault, type Scenario } from './scenario.js';
import type { Tally } from './tally.js';

export interface LaneDeps {
  readonly folder: string;
  readonly image: AgentImage;
  readonly alerts: AlertInbox;
  readonly random: Random;
  readonly tally: Tally;
  /** Of the whole run: which seed to give for the same again. */
  readonly name: string;
}

/** Runs on one store; their targets are new ones, since a failed way back freezes its target. */
const RUNS_PER_STORE = 40;
const LONGEST_RUN_MS = 40_000;
/** The baseline of an action is taken from samples of the device as the run meets it. */
const SAMPLES_MS = 250;
const LOOK_MS = 40;

/** One agent with a device of its own: run after run, killed and started again. */
export class Lane {
  private readonly executioner = new Executioner(() => this.agent?.kill());
  private agent: AgentProcess | null = null;
  private reviving: Promise<AgentProcess> | null = null;
  private count = 0;
  private runId = '';
  private scenario: Scenario | null = null;

  private constructor(
    private readonly deps: LaneDeps,
    private readonly device: FakeDevice,
  ) {
    device.onSetting = (moment) => this.executioner.settingCame(moment);
  }

  static async open(deps: LaneDeps): Promise<Lane> {
    mkdirSync(deps.folder);
    return new Lane(deps, await FakeDevice.open(deps.folder));
  }

  /** One run from its request to its end, through every kill that was chosen for it. */
  async run(): Promise<void> {
    const { random, tally } = this.deps;
    if (this.count % RUNS_PER_STORE === 0) await this.endAgent();
    const scenario = chooseScenario(random);
    const start = scenario.faults.map((fault) => brokenGpu(fault, random));
    this.device.reset(scenario, start);
    this.scenario = null;
    this.runId = '';
    const whole = this.device.gpus;
    await this.alive();
    await delay(SAMPLES_MS);
    this.scenario = scenario;
    this.executioner.begin(scenario.kills);
    const inspection = await this.throughToTheEnd(scenario);
    this.executioner.begin([]);
    await this.device.settled();
    const wasAlerted = this.deps.alerts.wasToldOf(inspection.run.id);
    const evidence = { ...inspection, ledger: this.device.ledger, start: whole, end: this.device.gpus, wasAlerted };
    tally.ended(inspection, this.device.ledger);
    this.report(violationsOf(evidence), inspection);
    this.count += 1;
  }

  async close(): Promise<void> {
    this.executioner.begin([]);
    await this.endAgent();
    await this.device.close();
  }

  private async throughToTheEnd(scenario: Scenario): Promise<Inspection> {
    const deadline = Date.now() + LONGEST_RUN_MS;
    await this.call('arm', this.executioner.death);
    const request = { target: `target-${this.count % RUNS_PER_STORE}`, mode: scenario.mode, key: `run-${this.count}` };
    this.runId = await this.call('start', request);
    for (;;) {
      const run = await this.call('waitFor', this.runId);
      if (isTerminal(run.status)) break;
      if (run.status === 'awaiting_approval') await this.decide(run, scenario);
      if (Date.now() > deadline) return this.call('inspect', this.runId);
    }
    await this.takeBackByHand(scenario, deadline);
    return this.call('inspect', this.runId);
  }

  private async decide({ id, plan }: Run, { decision }: Scenario): Promise<void> {
    // The agent may be killed while it waits.
    await delay(between(this.deps.random, 0, 40));
    await this.tryTo('decide', id, decision, plan?.hash ?? '');
  }

  /** What was kept goes back because a person asks for it; the agent may be killed on the way. */
  private async takeBackByHand({ rollback }: Scenario, deadline: number): Promise<void> {
    if (rollback === null) return;
    if (rollback.killAfterMs !== null) this.executioner.begin([]);
    const isAsked = await this.tryTo('rollback', this.runId);
    if (isAsked && rollback.killAfterMs !== null) this.executioner.strikeIn(rollback.killAfterMs);
    while (Date.now() < deadline) {
      const { journal, run } = await this.call('inspect', this.runId);
      const isUnderWay = journal.some(({ phase }) => phase === 'undoing');
      const isClosed = run.status === 'rolled_back' || run.status === 'failed' || !isAsked;
      if (!isUnderWay && isClosed) return;
      await delay(LOOK_MS);
    }
  }

  /** False when the agent refuses, as it may after a kill: somebody was faster, or the run has ended. */
  private async tryTo<Method extends AgentMethod>(
    method: Method,
    ...args: Parameters<AgentCalls[Method]>
  ): Promise<boolean> {
    try {
      await this.call(method, ...args);
      return true;
    } catch (error) {
      if (error instanceof AgentRefusalError) return false;
      throw error;
    }
  }

  /** Asks until an agent lives long enough to answer. */
  private async call<Method extends AgentMethod>(
    method: Method,
    ...args: Parameters<AgentCalls[Method]>
  ): Promise<Awaited<ReturnType<AgentCalls[Method]>>> {
    for (;;) {
      const agent = await this.alive();
      try {
        return await agent.call(method, ...args);
      } catch (error) {
        if (!(error instanceof AgentGoneError)) throw error;
      }
    }
  }

  /** The agent that runs, or a new one in the place of the one that was killed. */
  private async alive(): Promise<AgentProcess> {
    if (this.agent !== null && !this.agent.isGone && this.reviving === null) return this.agent;
    this.reviving ??= this.revive().finally(() => (this.reviving = null));
    return this.reviving;
  }

  private async revive(): Promise<AgentProcess> {
    for (;;) {
      const before = this.agent;
      const wasKilled = before !== null && (await this.wasKilled(before));
      const agent = this.startAgent();
      try {
        const left = await agent.found;
        if (wasKilled) this.restarted(left);
        await agent.ready;
        return agent;
      } catch (error) {
        if (!(error instanceof AgentGoneError)) throw error;
      }
    }
  }

  private async wasKilled(agent: AgentProcess): Promise<boolean> {
    const { signal, errors } = await agent.ended;
    this.executioner.struck();
    if (signal !== 'SIGKILL') this.report([`the agent ended by itself: ${errors}`], null);
    return true;
  }

  private restarted(left: readonly Inspection[]): void {
    this.deps.tally.killed(this.executioner.last, left);
    for (const inspection of left) {
      if (inspection.run.id !== this.runId) continue;
      this.report(violationsSoFar({ ...inspection, ledger: this.device.ledger }), inspection);
    }
  }

  private startAgent(): AgentProcess {
    const { folder, image, alerts } = this.deps;
    this.device.agentNo += 1;
    const store = Math.floor(this.count / RUNS_PER_STORE);
    this.agent = new AgentProcess({
      image,
      path: `${this.device.binFolder}:${process.env['PATH'] ?? ''}`,
      options: {
        dataDir: join(folder, `data-${store}`),
        deviceFile: this.device.stateFile,
        alertUrl: alerts.url,
        targets: Array.from({ length: RUNS_PER_STORE }, (_, index) => `target-${index}`),
        death: this.executioner.death,
      },
      onStage: (stage, status) => this.stageBegan(status === 'awaiting_approval' ? 'approve' : stage, status),
    });
    this.executioner.agentStarted();
    return this.agent;
  }

  private stageBegan(stage: RunStage | null, status: RunStatus): void {
    if (stage === null || isTerminal(status)) return;
    this.executioner.stageBegan(stage);
    const cancel = this.scenario?.cancel;
    if (cancel?.stage !== stage || this.runId === '') return;
    const { runId } = this;
    void delay(cancel.delayMs).then(() => this.cancel(runId));
  }

  private async cancel(runId: string): Promise<void> {
    try {
      await this.agent?.call('cancel', runId);
    } catch (error) {
      // Too late, or to an agent that was killed meanwhile: nobody has cancelled it then.
      if (!(error instanceof AgentGoneError || error instanceof AgentRefusalError)) throw error;
    }
  }

  private async endAgent(): Promise<void> {
    const { agent } = this;
    this.agent = null;
    agent?.kill();
    await agent?.ended;
  }

  private report(violations: readonly string[], inspection: Inspection | null): void {
    if (violations.length === 0) return;
    const { run, journal } = inspection ?? { run: null, journal: [] };
    const facts = {
      scenario: this.scenario,
      status: run?.status ?? null,
      error: run?.error ?? null,
      steps: run?.steps.map(({ stage, status, detail }) => `${stage} ${status}: ${detail}`) ?? [],
      journal: journal.map(({ actionId, phase, error }) => `${actionId} ${phase}: ${error}`),
      ledger: this.device.ledger,
      gpus: this.device.gpus.slice(0, 2),
    };
    const where = `${this.deps.name}, run ${this.count}`;
    this.deps.tally.violations.push(
      ...violations.map((text) => `${where}: ${text}\n${JSON.stringify(facts, null, 1)}`),
    );
  }
}

const BROKEN_WATTS: readonly [number, number] = [300, 500];
const BROKEN_MHZ: readonly [number, number] = [900, 1_400];

function brokenGpu(fault: Fault, random: Random): FakeGpu {
  return fault === 'power'
    ? { ...healthyGpu(0), limitWatts: between(random, ...BROKEN_WATTS) }
    : { ...healthyGpu(1), lockedMhz: between(random, ...BROKEN_MHZ) };
}
