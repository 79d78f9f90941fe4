/**
 * Figures of GPUs. Memory, bandwidth, dense FP16/BF16 speed, power and PCIe generation are those of NVIDIA's public data
 * sheets (address at each product); memory sizes, reserved memory, clocks, limits and thresholds as `nvidia-smi -q`
 * prints them where a capture of one was at hand (T4, L40S, A100, H100, H200). Estimates of ours for all products:
 * idle watts and degrees beyond those captures, heat per watt, `fullLoadShare`.
 */
export interface GpuProduct {
  readonly name: string;
  readonly architecture: 'Turing' | 'Ampere' | 'Ada Lovelace' | 'Hopper';
  readonly totalMib: number;
  readonly reservedMib: number;
  readonly bandwidthBytesPerSecond: number;
  /** Dense FP16 or BF16 tensor operations per second at the maximum clock. */
  readonly flops: number;
  readonly minWatts: number;
  readonly defaultWatts: number;
  readonly maxWatts: number;
  readonly idleWatts: number;
  /** Draw under compute-bound load at full clocks as a share of the default limit; small cards run into their limit. */
  readonly fullLoadShare: number;
  readonly idleSmMhz: number;
  readonly minSmMhz: number;
  readonly maxSmMhz: number;
  readonly maxMemoryMhz: number;
  readonly maxVideoMhz: number;
  /** Core temperature with a power draw of nothing, and degrees for each watt, in steady state. */
  readonly inletCelsius: number;
  readonly celsiusPerWatt: number;
  /** From here on software takes clocks; hardware halves them; the card switches itself off. */
  readonly maxOperatingCelsius: number;
  readonly slowdownCelsius: number;
  readonly shutdownCelsius: number;
  /** Ada and newer tell degrees left instead of thresholds. */
  readonly hasMargin: boolean;
  readonly hasMemoryTemperature: boolean;
  /** Banks of the row remapper; null before Ampere. */
  readonly remapBanks: number | null;
  readonly pcieGeneration: number;
  readonly idleState: string;
  /** Bytes per second between GPUs of a host, in one direction: NVLink, or PCIe where there is none. */
  readonly peerBytesPerSecond: number;
}

const GB = 1e9;
const TERA = 1e12;

/** https://www.nvidia.com/en-us/data-center/h100/ : 80 GB, 3.35 TB/s, 989 TFLOPS dense, 700 W, PCIe 5, NVLink 900 GB/s. */
const H100: GpuProduct = {
  name: 'NVIDIA H100 80GB HBM3',
  architecture: 'Hopper',
  totalMib: 81_559,
  reservedMib: 479,
  bandwidthBytesPerSecond: 3350 * GB,
  flops: 989 * TERA,
  minWatts: 200,
  defaultWatts: 700,
  maxWatts: 700,
  idleWatts: 69,
  fullLoadShare: 0.9,
  idleSmMhz: 345,
  minSmMhz: 345,
  maxSmMhz: 1980,
  maxMemoryMhz: 2619,
  maxVideoMhz: 1545,
  // Seen: 41 °C at 69 W, 59 °C at 629 W.
  inletCelsius: 38.8,
  celsiusPerWatt: 0.032,
  // Degrees left to 0, -2 and -8 of a limit near 86 °C, as nvidia-smi prints its T.Limit values.
  maxOperatingCelsius: 86,
  slowdownCelsius: 88,
  shutdownCelsius: 94,
  hasMargin: true,
  hasMemoryTemperature: true,
  remapBanks: 2560,
  pcieGeneration: 5,
  idleState: 'P0',
  peerBytesPerSecond: 450 * GB,
};

/** https://www.nvidia.com/en-us/data-center/h200/ : 141 GB, 4.8 TB/s, 989 TFLOPS dense, 700 W, PCIe 5. */
const H200: GpuProduct = {
  ...H100,
  name: 'NVIDIA H200',
  totalMib: 143_771,
  reservedMib: 614,
  bandwidthBytesPerSecond: 4800 * GB,
  idleWatts: 76,
  inletCelsius: 30.5,
  celsiusPerWatt: 0.034,
  maxMemoryMhz: 3201,
};

/** https://www.nvidia.com/en-us/data-center/a100/ : 80 GB, 2039 GB/s, 312 TFLOPS dense, 400 W (SXM), PCIe 4. */
const A100: GpuProduct = {
  name: 'NVIDIA A100-SXM4-80GB',
  architecture: 'Ampere',
  totalMib: 81_920,
  reservedMib: 869,
  bandwidthBytesPerSecond: 2039 * GB,
  flops: 312 * TERA,
  minWatts: 100,
  defaultWatts: 400,
  maxWatts: 400,
  idleWatts: 67,
  fullLoadShare: 0.92,
  idleSmMhz: 1275,
  minSmMhz: 210,
  maxSmMhz: 1410,
  maxMemoryMhz: 1593,
  maxVideoMhz: 1290,
  inletCelsius: 28,
  celsiusPerWatt: 0.08,
  maxOperatingCelsius: 85,
  slowdownCelsius: 89,
  shutdownCelsius: 92,
  hasMargin: false,
  hasMemoryTemperature: true,
  remapBanks: 640,
  pcieGeneration: 4,
  idleState: 'P0',
  peerBytesPerSecond: 300 * GB,
};

/** https://www.nvidia.com/en-us/data-center/l40s/ : 48 GB, 864 GB/s, 362 TFLOPS dense, 350 W, PCIe 4. */
const L40S: GpuProduct = {
  name: 'NVIDIA L40S',
  architecture: 'Ada Lovelace',
  totalMib: 46_068,
  reservedMib: 609,
  bandwidthBytesPerSecond: 864 * GB,
  flops: 362 * TERA,
  minWatts: 100,
  defaultWatts: 350,
  maxWatts: 350,
  idleWatts: 35,
  fullLoadShare: 1.03,
  idleSmMhz: 210,
  minSmMhz: 210,
  maxSmMhz: 2520,
  maxMemoryMhz: 9001,
  maxVideoMhz: 1965,
  inletCelsius: 28.5,
  celsiusPerWatt: 0.1,
  maxOperatingCelsius: 88,
  slowdownCelsius: 90,
  shutdownCelsius: 95,
  hasMargin: true,
  hasMemoryTemperature: false,
  remapBanks: 192,
  pcieGeneration: 4,
  idleState: 'P8',
  peerBytesPerSecond: 25 * GB,
};

/** https://www.nvidia.com/en-us/data-center/l4/ : 24 GB, 300 GB/s, 121 TFLOPS dense, 72 W, PCIe 4. Clocks: 795/2040 MHz. */
const L4: GpuProduct = {
  ...L40S,
  name: 'NVIDIA L4',
  totalMib: 23_034,
  reservedMib: 457,
  bandwidthBytesPerSecond: 300 * GB,
  flops: 121 * TERA,
  minWatts: 40,
  defaultWatts: 72,
  maxWatts: 72,
  idleWatts: 16,
  fullLoadShare: 1.08,
  maxSmMhz: 2040,
  maxMemoryMhz: 6251,
  maxVideoMhz: 1770,
  inletCelsius: 31,
  celsiusPerWatt: 0.5,
  maxOperatingCelsius: 86,
  slowdownCelsius: 88,
  shutdownCelsius: 93,
  remapBanks: 96,
};

/** https://www.nvidia.com/en-us/data-center/tesla-t4/ : 16 GB, 320 GB/s, 65 TFLOPS, 70 W, PCIe 3. */
const T4: GpuProduct = {
  name: 'Tesla T4',
  architecture: 'Turing',
  totalMib: 15_360,
  reservedMib: 388,
  bandwidthBytesPerSecond: 320 * GB,
  flops: 65 * TERA,
  minWatts: 60,
  defaultWatts: 70,
  maxWatts: 70,
  idleWatts: 27,
  fullLoadShare: 1.08,
  idleSmMhz: 585,
  minSmMhz: 300,
  maxSmMhz: 1590,
  maxMemoryMhz: 5001,
  maxVideoMhz: 1470,
  inletCelsius: 24,
  celsiusPerWatt: 0.6,
  maxOperatingCelsius: 85,
  slowdownCelsius: 93,
  shutdownCelsius: 96,
  hasMargin: false,
  hasMemoryTemperature: false,
  remapBanks: null,
  pcieGeneration: 3,
  idleState: 'P0',
  peerBytesPerSecond: 12 * GB,
};

export const GPU_PRODUCTS = { t4: T4, l4: L4, l40s: L40S, a100: A100, h100: H100, h200: H200 } as const;
export const GPU_PRODUCT_IDS = ['t4', 'l4', 'l40s', 'a100', 'h100', 'h200'] as const;
export type GpuProductId = (typeof GPU_PRODUCT_IDS)[number];
