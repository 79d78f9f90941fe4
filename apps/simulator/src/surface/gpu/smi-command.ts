import type { GpuView, MachineView } from '../../machine/machine-view.js';
import type { SimulatedHost } from '../host-port.js';
import { nvidiaSmiLog } from './nvidia-smi-log.js';
import { queryComputeApps, queryGpu, queryGpuHelp } from './query-gpu.js';
import {
  BAD_COMBINATION,
  isSmiArguments,
  parseSmiArguments,
  type SmiArguments,
  type SmiOption,
} from './smi-arguments.js';
import { HELP } from './smi-help.js';
import { lostGpu, NO_DEVICES, printed, RUN_FAILURES, type RunFailure, type SmiResult } from './smi-result.js';
import { applySetting } from './smi-settings.js';
import { gpuList, summaryTable, versions } from './smi-summary.js';

/** How nvidia-smi misbehaves, beside what the machine does. */
export interface SmiBehaviour {
  /** Never answers, as with a wedged driver. */
  readonly hangs: boolean;
  /** Every run fails in this way. */
  readonly failure: RunFailure | null;
  /**
   * With a GPU off the bus: `fail` ends a run that would tell of it (code 15), `leave-out` lists the others as if it had
   * never been there, as after a new start of the driver.
   */
  readonly lostGpus: 'fail' | 'leave-out';
}

export const GOOD_BEHAVIOUR: SmiBehaviour = { hangs: false, failure: null, lostGpus: 'fail' };

const SETTINGS: readonly SmiOption[] = ['powerLimit', 'lockClocks', 'resetClocks', 'persistence', 'computeMode'];

/** Runs nvidia-smi with the arguments. A run that hangs is none of its business: nobody asks it then. */
export async function runNvidiaSmi(
  host: SimulatedHost,
  argv: readonly string[],
  behaviour: SmiBehaviour = GOOD_BEHAVIOUR,
): Promise<SmiResult> {
  const given = parseSmiArguments(argv);
  if (!isSmiArguments(given)) return given;
  if (given.has('help')) return printed(HELP);
  if (behaviour.failure !== null) return RUN_FAILURES[behaviour.failure];
  if (given.has('helpQueryGpu')) return queryGpuHelp();
  if (given.has('version')) return printed(versions());
  const view = seenView(host.view(), behaviour);
  const gpus = selectGpus(view, given.get('id') ?? null);
  if (gpus.length === 0) return NO_DEVICES;
  const lost = gpus.find(({ isPresent }) => !isPresent);
  if (lost !== undefined) return lostGpu(lost.pciBusId);
  const settings = SETTINGS.filter((option) => given.has(option));
  if (settings.length === 0) return shown(view, gpus, given);
  const others = [...given.keys()].filter((option) => option !== 'id' && !settings.includes(option));
  return settings.length > 1 || others.length > 0 ? BAD_COMBINATION : applySetting(host, gpus, given);
}

function shown(view: MachineView, gpus: readonly GpuView[], given: SmiArguments): SmiResult {
  const fields = given.get('queryGpu');
  const apps = given.get('queryComputeApps');
  const format = given.get('format') ?? '';
  if (fields !== undefined) return queryGpu(view, gpus, fields, format);
  if (apps !== undefined) return queryComputeApps(view, gpus, apps, format);
  if (given.has('list')) return printed(gpuList(gpus));
  if (given.has('query') && given.has('xml')) return printed(nvidiaSmiLog(view, gpus));
  if ([...given.keys()].some((option) => option !== 'id')) return BAD_COMBINATION;
  return printed(summaryTable(view, gpus));
}

function seenView(view: MachineView, { lostGpus }: SmiBehaviour): MachineView {
  return lostGpus === 'fail' ? view : { ...view, gpus: view.gpus.filter(({ isPresent }) => isPresent) };
}

/** By index, UUID, serial number or bus id with or without its domain; several stand with commas between them. */
function selectGpus(view: MachineView, ids: string | null): readonly GpuView[] {
  if (ids === null) return view.gpus;
  const wanted = ids.split(',').map((id) => id.trim().toLowerCase());
  const found = wanted.map((id) => view.gpus.find((gpu) => namesOf(gpu).includes(id)));
  return found.some((gpu) => gpu === undefined) ? [] : found.filter((gpu) => gpu !== undefined);
}

function namesOf({ index, uuid, serial, pciBusId }: GpuView): string[] {
  const bus = pciBusId.toLowerCase();
  return [String(index), uuid.toLowerCase(), serial.toLowerCase(), bus, bus.slice(-12), bus.slice(-7)];
}
