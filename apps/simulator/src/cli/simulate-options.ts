import { parseArgs } from 'node:util';
import type { SimulationOptions } from '../control/simulation.js';
import { GPU_PRODUCT_IDS, LANGUAGE_MODEL_IDS } from '../machine/index.js';

/** The command line asks for what there is not. */
export class UsageError extends Error {}

export interface SimulateOptions {
  readonly simulation: SimulationOptions;
  /** Of the control API; 0 takes any free one. */
  readonly port: number;
  /** One line of JSON instead of text, for programs. */
  readonly isJson: boolean;
}

const OPTIONS = {
  gpus: { type: 'string', default: '8' },
  product: { type: 'string', default: 'h100' },
  engines: { type: 'string', default: '2' },
  model: { type: 'string' },
  'requests-per-second': { type: 'string' },
  'cache-gib': { type: 'string', default: '60' },
  'remote-gib': { type: 'string', default: '0' },
  seed: { type: 'string', default: '1' },
  port: { type: 'string', default: '4000' },
  speed: { type: 'string', default: '1' },
  paused: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

export const USAGE = `Usage: npm run simulate -- [options]

  --gpus N                  GPUs of the host, 1 to 16 (8)
  --product NAME            ${GPU_PRODUCT_IDS.join(', ')} (h100)
  --engines N               vLLM engines, 0 to 4, each on an equal share of the GPUs (2)
  --model SIZE              ${LANGUAGE_MODEL_IDS.join(', ')} (what the memory is for)
  --requests-per-second N   what clients send to each engine (what keeps it moderately busy)
  --cache-gib N             host memory of each engine's LMCache; 0: none (60)
  --remote-gib N            its remote tier; 0: none (0)
  --seed N                  the same seed, the same host (1)
  --port N                  of the control API; 0: any free one (4000)
  --speed N                 seconds of the host in a second, 0.1 to 50 (1); readers expect 1
  --paused                  time stands still until POST /resume; POST /advance makes it older
  --json                    addresses as one line of JSON
`;

/** Null: the usage was asked for. */
export function parseSimulateOptions(argv: readonly string[]): SimulateOptions | null {
  const given = parsed(argv);
  if (given.help) return null;
  const gpus = numberOf('gpus', given.gpus, { min: 1, max: 16 });
  const engines = numberOf('engines', given.engines, { min: 0, max: 4 });
  if (engines > gpus) throw new UsageError(`--engines: ${engines} engines need as many GPUs`);
  const model = given.model === undefined ? undefined : oneOf('model', given.model, LANGUAGE_MODEL_IDS);
  const rate = given['requests-per-second'];
  const requestsPerSecond =
    rate === undefined ? undefined : numberOf('requests-per-second', rate, { min: 0, max: 10_000, isReal: true });
  return {
    simulation: {
      machine: {
        gpus,
        product: oneOf('product', given.product, GPU_PRODUCT_IDS),
        engines: engineOptions(engines, gpus, { model, requestsPerSecond }),
        cache: cacheOf(given),
        seed: numberOf('seed', given.seed, { min: 0, max: 2 ** 32 - 1 }),
      },
      speed: numberOf('speed', given.speed, { min: 0.1, max: 50, isReal: true }),
      isPaused: given.paused,
    },
    port: numberOf('port', given.port, { min: 0, max: 65_535 }),
    isJson: given.json,
  };
}

type Given = ReturnType<typeof parsed>;

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

type MachineChoice = SimulationOptions['machine'];

function engineOptions(
  count: number,
  gpus: number,
  { model, requestsPerSecond }: { model?: (typeof LANGUAGE_MODEL_IDS)[number]; requestsPerSecond?: number },
): NonNullable<MachineChoice['engines']> {
  if (gpus < count || (model === undefined && requestsPerSecond === undefined)) return count;
  const traffic = requestsPerSecond === undefined ? {} : { requestsPerSecond };
  return Array.from({ length: count }, () => ({ ...(model === undefined ? {} : { model }), traffic }));
}

function cacheOf(given: Given): MachineChoice['cache'] {
  const capacityGib = numberOf('cache-gib', given['cache-gib'], { min: 0, max: 4096, isReal: true });
  const remoteGib = numberOf('remote-gib', given['remote-gib'], { min: 0, max: 1e6, isReal: true });
  if (capacityGib === 0 && remoteGib === 0) return null;
  return remoteGib === 0 ? { capacityGib } : { capacityGib, remoteGib };
}

function numberOf(
  name: string,
  text: string,
  { min, max, isReal = false }: { readonly min: number; readonly max: number; readonly isReal?: boolean },
): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value >= min && value <= max) || !(isReal || Number.isInteger(value))) {
    throw new UsageError(`--${name} must be ${isReal ? 'a number' : 'a whole number'} from ${min} to ${max}`);
  }
  return value;
}

function oneOf<Name extends string>(option: string, text: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === text);
  if (found === undefined) throw new UsageError(`--${option} must be one of ${names.join(', ')}`);
  return found;
}
