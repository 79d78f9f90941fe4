/**
 * Figures of a card. Memory, limits, maximum clocks and temperature thresholds are those of real captures (signals §12
 * and 2.5); so are idle and busy state of H100, and the idle state of A100 and T4. Estimates of ours, in the range of
 * published figures: everything of L4, margins and idle states of the other cards, heat per watt, and all speeds.
 */
export interface GpuModel {
  readonly name: string;
  readonly brand: string;
  readonly architecture: string;
  readonly totalMib: number;
  readonly reservedMib: number;
  readonly minWatts: number;
  readonly defaultWatts: number;
  readonly maxWatts: number;
  readonly idleWatts: number;
  readonly idleCelsius: number;
  readonly idleSmMhz: number;
  readonly maxSmMhz: number;
  readonly maxMemoryMhz: number;
  /** Under load; GeForce runs CUDA in P2 below its maximum. */
  readonly loadMemoryMhz: number;
  readonly idleState: string;
  readonly loadState: string;
  /** Draw at full clocks under prompts, as a share of the default limit: small cards run into their limit. */
  readonly fullLoadShare: number;
  /** Degrees per watt over the idle state: H100 41 °C at 69 W, 59 °C at 629 W [CAP-H100]. */
  readonly celsiusPerWatt: number;
  /** Hopper tells degrees left; older and smaller cards absolute thresholds. */
  readonly limits:
    | { readonly kind: 'margin'; readonly limitCelsius: number }
    | {
        readonly kind: 'absolute';
        readonly maxOperating: number;
        readonly slowdown: number;
        readonly shutdown: number;
      };
  readonly memoryTemperature: { readonly aboveCore: number; readonly maxOperating: number } | null;
  readonly hasFan: boolean;
  readonly hasEcc: boolean;
  /** Banks of the row remapper; null where there is none. */
  readonly remapBanks: number | null;
  readonly hasMig: boolean;
  readonly hasFabric: boolean;
  readonly pcieGeneration: number;
  /** Weights of a model that it serves well, in billions. */
  readonly usualBillions: number;
  /** With eight billion weights: prompt tokens per second and time of one step. */
  readonly prefillTokensPerSecond: number;
  readonly stepSeconds: number;
  readonly stepSecondsPerRequest: number;
}

const DATACENTER = { brand: 'NVIDIA', idleState: 'P0', loadState: 'P0', hasFan: false, hasEcc: true } as const;

const H100: GpuModel = {
  usualBillions: 8,
  ...DATACENTER,
  fullLoadShare: 0.9,
  name: 'NVIDIA H100 80GB HBM3',
  architecture: 'Hopper',
  totalMib: 81_559,
  reservedMib: 479,
  minWatts: 200,
  defaultWatts: 700,
  maxWatts: 700,
  idleWatts: 69,
  idleCelsius: 41,
  idleSmMhz: 345,
  maxSmMhz: 1980,
  maxMemoryMhz: 2619,
  loadMemoryMhz: 2619,
  celsiusPerWatt: 0.032,
  limits: { kind: 'margin', limitCelsius: 86 },
  memoryTemperature: { aboveCore: 8, maxOperating: 95 },
  remapBanks: 2560,
  hasMig: true,
  hasFabric: true,
  pcieGeneration: 5,
  prefillTokensPerSecond: 24_000,
  stepSeconds: 0.0085,
  stepSecondsPerRequest: 0.00006,
};

export const GPU_MODELS = {
  H100,
  H200: {
    ...H100,
    name: 'NVIDIA H200',
    totalMib: 143_771,
    reservedMib: 614,
    idleWatts: 76,
    idleCelsius: 33,
    celsiusPerWatt: 0.034,
    loadMemoryMhz: 3201,
    maxMemoryMhz: 3201,
    stepSeconds: 0.0065,
    stepSecondsPerRequest: 0.000045,
  },
  A100: {
    usualBillions: 8,
    ...DATACENTER,
    fullLoadShare: 0.92,
    name: 'NVIDIA A100-SXM4-80GB',
    architecture: 'Ampere',
    totalMib: 81_920,
    reservedMib: 869,
    minWatts: 100,
    defaultWatts: 500,
    maxWatts: 500,
    idleWatts: 67,
    idleCelsius: 33,
    idleSmMhz: 1275,
    maxSmMhz: 1410,
    maxMemoryMhz: 1593,
    loadMemoryMhz: 1593,
    celsiusPerWatt: 0.07,
    limits: { kind: 'absolute', maxOperating: 85, slowdown: 89, shutdown: 92 },
    memoryTemperature: { aboveCore: 9, maxOperating: 95 },
    remapBanks: 640,
    hasMig: true,
    hasFabric: true,
    pcieGeneration: 4,
    prefillTokensPerSecond: 12_000,
    stepSeconds: 0.0125,
    stepSecondsPerRequest: 0.00009,
  },
  L40S: {
    usualBillions: 8,
    ...DATACENTER,
    fullLoadShare: 1.03,
    name: 'NVIDIA L40S',
    architecture: 'Ada Lovelace',
    totalMib: 46_068,
    reservedMib: 609,
    minWatts: 100,
    defaultWatts: 350,
    maxWatts: 350,
    idleWatts: 35,
    idleCelsius: 32,
    idleSmMhz: 210,
    maxSmMhz: 2520,
    maxMemoryMhz: 9001,
    loadMemoryMhz: 9001,
    idleState: 'P8',
    celsiusPerWatt: 0.1,
    limits: { kind: 'margin', limitCelsius: 88 },
    memoryTemperature: null,
    remapBanks: 192,
    hasMig: false,
    hasFabric: false,
    pcieGeneration: 4,
    prefillTokensPerSecond: 11_000,
    stepSeconds: 0.024,
    stepSecondsPerRequest: 0.00016,
  },
  L4: {
    usualBillions: 3,
    ...DATACENTER,
    fullLoadShare: 1.08,
    name: 'NVIDIA L4',
    architecture: 'Ada Lovelace',
    totalMib: 23_034,
    reservedMib: 457,
    minWatts: 40,
    defaultWatts: 72,
    maxWatts: 72,
    idleWatts: 16,
    idleCelsius: 39,
    idleSmMhz: 210,
    maxSmMhz: 2040,
    maxMemoryMhz: 6251,
    loadMemoryMhz: 6251,
    idleState: 'P8',
    celsiusPerWatt: 0.5,
    limits: { kind: 'margin', limitCelsius: 86 },
    memoryTemperature: null,
    remapBanks: 96,
    hasMig: false,
    hasFabric: false,
    pcieGeneration: 4,
    prefillTokensPerSecond: 3200,
    stepSeconds: 0.062,
    stepSecondsPerRequest: 0.0004,
  },
  T4: {
    usualBillions: 1,
    ...DATACENTER,
    fullLoadShare: 1.08,
    name: 'Tesla T4',
    architecture: 'Turing',
    totalMib: 15_360,
    reservedMib: 388,
    minWatts: 60,
    defaultWatts: 70,
    maxWatts: 70,
    idleWatts: 27,
    idleCelsius: 40,
    idleSmMhz: 585,
    maxSmMhz: 1590,
    maxMemoryMhz: 5001,
    loadMemoryMhz: 5000,
    idleState: 'P0',
    celsiusPerWatt: 0.6,
    limits: { kind: 'absolute', maxOperating: 85, slowdown: 93, shutdown: 96 },
    memoryTemperature: null,
    remapBanks: null,
    hasMig: false,
    hasFabric: false,
    pcieGeneration: 3,
    prefillTokensPerSecond: 1500,
    stepSeconds: 0.058,
    stepSecondsPerRequest: 0.0008,
  },
  RTX3080: {
    usualBillions: 1,
    fullLoadShare: 0.95,
    name: 'NVIDIA GeForce RTX 3080',
    brand: 'GeForce',
    architecture: 'Ampere',
    totalMib: 10_240,
    reservedMib: 397,
    minWatts: 100,
    defaultWatts: 320,
    maxWatts: 336,
    idleWatts: 28,
    idleCelsius: 38,
    idleSmMhz: 210,
    maxSmMhz: 2100,
    maxMemoryMhz: 9501,
    loadMemoryMhz: 9251,
    idleState: 'P8',
    loadState: 'P2',
    celsiusPerWatt: 0.12,
    limits: { kind: 'absolute', maxOperating: 93, slowdown: 95, shutdown: 98 },
    memoryTemperature: null,
    hasFan: true,
    hasEcc: false,
    remapBanks: null,
    hasMig: false,
    hasFabric: false,
    pcieGeneration: 4,
    prefillTokensPerSecond: 5000,
    stepSeconds: 0.022,
    stepSecondsPerRequest: 0.00025,
  },
} as const satisfies Record<string, GpuModel>;

export type GpuModelName = keyof typeof GPU_MODELS;
