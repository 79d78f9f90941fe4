/**
 * What the tools tell of a board and what never changes, so that it is no state of the machine. Part numbers and VBIOS are
 * of the kind that a real board of the family has; they identify nothing.
 */
export interface BoardFacts {
  readonly architecture: string;
  readonly computeCapability: string;
  /** Device and vendor, as in the public list of PCI ids. */
  readonly pciDeviceId: string;
  readonly pciSubSystemId: string;
  readonly vbios: string;
  readonly boardPart: string;
  readonly gpuPart: string;
  readonly infoRom: { readonly image: string; readonly oem: string; readonly ecc: string };
  readonly bar1Mib: number;
  /** Null: the board tells the degrees that are left (T.Limit), from Ada on. */
  readonly absoluteCelsius: {
    readonly shutdown: number;
    readonly slowdown: number;
    readonly maxOperating: number;
  } | null;
  /** Offsets to the margin at which the board shuts down and slows down. */
  readonly marginOffsets: { readonly shutdown: number; readonly slowdown: number };
  readonly memoryMaxCelsius: number | null;
  readonly hasMemoryPower: boolean;
  readonly hasMig: boolean;
  readonly hasFabric: boolean;
  /** Turing and older retire pages; later boards remap rows. */
  readonly retiresPages: boolean;
  /** Graphics clocks that can be locked, in steps of 15 MHz: lowest, and highest at the idle memory clock. */
  readonly lowestGraphicsMhz: number;
  readonly idleMemory: { readonly mhz: number; readonly highestGraphicsMhz: number } | null;
}

const HOPPER = {
  architecture: 'Hopper',
  computeCapability: '9.0',
  absoluteCelsius: null,
  marginOffsets: { shutdown: -8, slowdown: -2 },
  memoryMaxCelsius: null,
  hasMemoryPower: true,
  hasMig: true,
  hasFabric: true,
  retiresPages: false,
  lowestGraphicsMhz: 345,
  idleMemory: null,
} as const;

const ADA = {
  architecture: 'Ada Lovelace',
  computeCapability: '8.9',
  absoluteCelsius: null,
  marginOffsets: { shutdown: -5, slowdown: -2 },
  memoryMaxCelsius: null,
  hasMemoryPower: false,
  hasMig: false,
  hasFabric: false,
  retiresPages: false,
  lowestGraphicsMhz: 210,
  idleMemory: { mhz: 405, highestGraphicsMhz: 420 },
} as const;

/** By a word of the product's name. H200, A100 and T4 as published captures of such boards have it. */
const BOARDS: readonly (readonly [product: RegExp, facts: BoardFacts])[] = [
  [
    /H200/,
    {
      ...HOPPER,
      pciDeviceId: '233510DE',
      pciSubSystemId: '18BE10DE',
      vbios: '96.00.A5.00.03',
      boardPart: '695-2G520-0280-001',
      gpuPart: '2335-895-A1',
      infoRom: { image: 'G520.0280.02.02', oem: '2.1', ecc: '7.16' },
      bar1Mib: 262_144,
    },
  ],
  [
    /H100/,
    {
      ...HOPPER,
      pciDeviceId: '233010DE',
      pciSubSystemId: '16C110DE',
      vbios: '96.00.74.00.11',
      boardPart: '692-2G520-0200-000',
      gpuPart: '2330-885-A1',
      infoRom: { image: 'G520.0200.00.05', oem: '2.1', ecc: '7.16' },
      bar1Mib: 131_072,
    },
  ],
  [
    /A100/,
    {
      architecture: 'Ampere',
      computeCapability: '8.0',
      pciDeviceId: '20B210DE',
      pciSubSystemId: '147F10DE',
      vbios: '92.00.36.00.02',
      boardPart: '692-2G506-0212-002',
      gpuPart: '20B2-895-A1',
      infoRom: { image: 'G506.0212.00.01', oem: '2.0', ecc: '6.16' },
      bar1Mib: 131_072,
      absoluteCelsius: { shutdown: 92, slowdown: 89, maxOperating: 85 },
      marginOffsets: { shutdown: -7, slowdown: -4 },
      memoryMaxCelsius: 95,
      hasMemoryPower: false,
      hasMig: true,
      hasFabric: false,
      retiresPages: false,
      lowestGraphicsMhz: 210,
      idleMemory: null,
    },
  ],
  [
    /L40S/,
    {
      ...ADA,
      pciDeviceId: '26B910DE',
      pciSubSystemId: '185110DE',
      vbios: '95.02.66.00.02',
      boardPart: '900-2G133-0080-000',
      gpuPart: '26B9-896-A1',
      infoRom: { image: 'G133.0242.00.03', oem: '2.1', ecc: '6.16' },
      bar1Mib: 65_536,
    },
  ],
  [
    /L4\b/,
    {
      ...ADA,
      pciDeviceId: '27B810DE',
      pciSubSystemId: '16CA10DE',
      vbios: '95.04.29.00.06',
      boardPart: '900-2G193-0000-001',
      gpuPart: '27B8-895-A1',
      infoRom: { image: 'G193.0200.00.01', oem: '2.1', ecc: '6.16' },
      bar1Mib: 32_768,
    },
  ],
  [
    /T4\b/,
    {
      architecture: 'Turing',
      computeCapability: '7.5',
      pciDeviceId: '1EB810DE',
      pciSubSystemId: '12A210DE',
      vbios: '90.04.84.00.06',
      boardPart: '900-2G183-0000-001',
      gpuPart: '1EB8-895-A1',
      infoRom: { image: 'G183.0200.00.02', oem: '1.1', ecc: '5.0' },
      bar1Mib: 256,
      absoluteCelsius: { shutdown: 96, slowdown: 93, maxOperating: 85 },
      marginOffsets: { shutdown: -11, slowdown: -8 },
      memoryMaxCelsius: null,
      hasMemoryPower: false,
      hasMig: false,
      hasFabric: false,
      retiresPages: true,
      lowestGraphicsMhz: 300,
      idleMemory: { mhz: 405, highestGraphicsMhz: 645 },
    },
  ],
];

/** Of a product that has no entry, those of an H100. */
export function boardFacts(product: string): BoardFacts {
  const known = BOARDS.find(([name]) => name.test(product)) ?? BOARDS[1];
  if (known === undefined) throw new Error('no board is known');
  return known[1];
}

/** Clocks that a board offers to be locked at, highest first, in steps of 15 MHz. */
export function lockableMhz(highestMhz: number, lowestMhz: number): number[] {
  return Array.from({ length: Math.floor((highestMhz - lowestMhz) / 15) + 1 }, (_, step) => highestMhz - 15 * step);
}

export const DRIVER_VERSION = '595.58.03';
export const CUDA_VERSION = '13.2';
