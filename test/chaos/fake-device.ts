import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { clockOf, DEFAULT_WATTS, drawOf, type FakeGpu, healthyGpu, MAX_MHZ, MIN_WATTS } from './agent/device-state.js';
import { type Command, parseCommand, type Setting } from './smi-command.js';

/**
 * `obey`: sets it. `slow`: sets it later, whoever still waits. `harm`: sets it, and that makes the GPU sick. `worsen`: sets
 * something bad instead. `mute`: sets it and never answers. `fail`, `deny`: sets nothing and says so. `lie`: sets nothing and
 * says that it did.
 */
export const BEHAVIOURS = ['obey', 'slow', 'harm', 'worsen', 'mute', 'fail', 'deny', 'lie'] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];

/** A setter that reached the device, whatever became of it. */
export interface LedgerEntry {
  readonly uuid: string;
  /** `act`: what the actions ask for. `undo`: their ways back. */
  readonly role: 'act' | 'undo';
  readonly setting: Setting;
  readonly hasTakenEffect: boolean;
  /** The agent that asked for it was dead by then, and another one had been started. */
  readonly isLate: boolean;
}

export interface DevicePlan {
  readonly act: Behaviour;
  readonly undo: Behaviour;
  readonly slowMs: number;
}

const GPUS = 2;
const WORSE_WATTS = 250;
const WORSE_MHZ = 600;
const SIMULATED_SMI = join(import.meta.dirname, '../../apps/simulator/bin/nvidia-smi');

/** A machine with GPUs behind an `nvidia-smi`, and a list of everything that was done to it. Not in the agent's process. */
export class FakeDevice {
  readonly binFolder: string;
  readonly stateFile: string;
  ledger: LedgerEntry[] = [];
  gpus: readonly FakeGpu[] = Array.from({ length: GPUS }, (_, index) => healthyGpu(index));
  /** Which agent is at work: raised with every start. */
  agentNo = 0;
  onSetting: (moment: 'asked' | 'done') => void = () => undefined;
  private plan: DevicePlan = { act: 'obey', undo: 'obey', slowMs: 0 };
  private readonly pending = new Set<Promise<void>>();
  private readonly server = createServer({ allowHalfOpen: true }, (socket) => this.serve(socket));

  private constructor(folder: string) {
    this.binFolder = join(folder, 'bin');
    this.stateFile = join(folder, 'device.json');
    mkdirSync(this.binFolder);
    symlinkSync(SIMULATED_SMI, join(this.binFolder, 'nvidia-smi'));
    this.show();
  }

  static async open(folder: string): Promise<FakeDevice> {
    const device = new FakeDevice(folder);
    await new Promise<void>((resolve) => device.server.listen(0, '127.0.0.1', resolve));
    const { port } = device.server.address() as AddressInfo;
    writeFileSync(join(device.binFolder, 'nvidia-smi.address'), `127.0.0.1:${port}\n`);
    return device;
  }

  /** As new, but for what is given. */
  reset(plan: DevicePlan, broken: readonly FakeGpu[]): void {
    this.plan = plan;
    this.ledger = [];
    const whole = Array.from({ length: GPUS }, (_, index) => healthyGpu(index));
    this.gpus = whole.map((gpu) => broken.find(({ uuid }) => uuid === gpu.uuid) ?? gpu);
    this.show();
  }

  /** Resolves when nothing more comes of what was asked. */
  async settled(): Promise<void> {
    while (this.pending.size > 0) await Promise.all(this.pending);
  }

  async close(): Promise<void> {
    await this.settled();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private serve(socket: Socket): void {
    let text = '';
    let isAsked = false;
    // Whoever asked may be dead; what was asked happens all the same.
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const command = isAsked ? null : parseCommand(text);
      if (command === null) return;
      isAsked = true;
      const work = this.answer(command)
        .then((answer) => void socket.end(answer))
        .finally(() => this.pending.delete(work));
      this.pending.add(work);
    });
  }

  private async answer(command: Command): Promise<string> {
    if (command.kind === 'unknown') return '2\nInvalid combination of input arguments.\n';
    if (command.kind === 'query')
      return `0\n${command.uuids.map((uuid) => this.row(uuid, command.fields)).join('\n')}\n`;
    this.onSetting('asked');
    const role = roleOf(command.setting);
    const behaviour = this.plan[role];
    const askedBy = this.agentNo;
    if (behaviour === 'slow') await delay(this.plan.slowMs);
    const hasTakenEffect = !['fail', 'deny', 'lie'].includes(behaviour);
    for (const uuid of command.uuids) {
      const isLate = askedBy !== this.agentNo;
      this.ledger.push({ uuid, role, setting: command.setting, hasTakenEffect, isLate });
      if (hasTakenEffect) this.apply(uuid, command.setting, behaviour);
    }
    this.onSetting('done');
    return ANSWERS[behaviour] ?? '0\nAll done.\n';
  }

  private apply(uuid: string, setting: Setting, behaviour: Behaviour): void {
    const isWorse = behaviour === 'worsen';
    this.gpus = this.gpus.map((gpu) => {
      if (gpu.uuid !== uuid) return gpu;
      const changed =
        setting.kind === 'power-limit'
          ? { ...gpu, limitWatts: isWorse ? WORSE_WATTS : setting.watts }
          : { ...gpu, lockedMhz: isWorse ? WORSE_MHZ : setting.mhz };
      return { ...changed, isSick: behaviour === 'harm' };
    });
    this.show();
  }

  /** Readers never meet half a file. */
  private show(): void {
    writeFileSync(`${this.stateFile}.new`, JSON.stringify(this.gpus));
    renameSync(`${this.stateFile}.new`, this.stateFile);
  }

  private row(uuid: string, fields: readonly string[]): string {
    const gpu = this.gpus.find((one) => one.uuid === uuid);
    return gpu === undefined ? 'No devices were found' : fields.map((field) => valueOf(gpu, field)).join(', ');
  }
}

const ANSWERS: Partial<Record<Behaviour, string>> = {
  fail: '1\nUnknown Error\n',
  deny: '4\nInsufficient Permissions\n',
  // A connection that ends without an answer, as of a program that was killed.
  mute: '',
};

function roleOf(setting: Setting): LedgerEntry['role'] {
  const isRelease = setting.kind === 'power-limit' ? setting.watts === DEFAULT_WATTS : setting.mhz === null;
  return isRelease ? 'act' : 'undo';
}

function valueOf(gpu: FakeGpu, field: string): string {
  const values: Readonly<Record<string, string | number>> = {
    ...{ uuid: gpu.uuid, persistence_mode: 'Enabled', compute_mode: 'Default' },
    ...{ 'power.limit': gpu.limitWatts, 'enforced.power.limit': gpu.limitWatts, 'power.draw': drawOf(gpu) },
    ...{ 'power.default_limit': DEFAULT_WATTS, 'power.min_limit': MIN_WATTS, 'power.max_limit': DEFAULT_WATTS },
    ...{ 'clocks.sm': clockOf(gpu), 'clocks.max.sm': MAX_MHZ, 'utilization.gpu': 95 },
  };
  return String(values[field] ?? '[N/A]');
}
