import type { GpuXmlValues } from './gpu-xml-values.js';
import { aGpuXml, type LogSchema } from './gpu-xml.builder.js';
import { block, tag } from './xml-text.js';

const VERSIONS: Readonly<Record<LogSchema, { driver: string; cuda: string }>> = {
  11: { driver: '515.105.01', cuda: '11.7' },
  12: { driver: '535.183.06', cuda: '12.2' },
  13: { driver: '580.95.05', cuda: '13.0' },
};

export interface LogOptions {
  readonly schema?: LogSchema;
  readonly driverVersion?: string;
  readonly cudaVersion?: string;
  /** Number of GPUs by default. */
  readonly attachedGpus?: number;
  /** The names that driver 610 changed. */
  readonly hasNamesOf610?: boolean;
}

/** Writes what `nvidia-smi -q -x` prints. */
export class NvidiaSmiLogBuilder {
  readonly #gpus: string[] = [];

  constructor(private readonly options: LogOptions) {}

  withGpu(values: Partial<GpuXmlValues> = {}): this {
    const { schema = 13, hasNamesOf610 = false } = this.options;
    this.#gpus.push(aGpuXml(values, schema, this.#gpus.length, hasNamesOf610));
    return this;
  }

  build(): string {
    const { schema = 13, driverVersion, cudaVersion, attachedGpus = this.#gpus.length } = this.options;
    return [
      '<?xml version="1.0" ?>',
      `<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v${schema}.dtd">`,
      block(
        'nvidia_smi_log',
        tag('timestamp', 'Fri Apr 10 10:23:01 2026'),
        ...this.#versions(driverVersion ?? VERSIONS[schema].driver, cudaVersion ?? VERSIONS[schema].cuda),
        tag('attached_gpus', attachedGpus),
        ...this.#gpus,
      ),
      '',
    ].join('\n');
  }

  #versions(driver: string, cuda: string): string[] {
    if (this.options.hasNamesOf610 !== true) return [tag('driver_version', driver), tag('cuda_version', cuda)];
    const old = `${driver} [Deprecated; will be removed in CUDA 14.0. Use KMD Version instead]`;
    return [tag('driver_version', old), tag('kmd_version', driver), tag('cuda_umd_version', cuda)];
  }
}

/** `anNvidiaSmiLog().withGpu({ gpuCelsius: 91 }).build()`. */
export function anNvidiaSmiLog(options: LogOptions = {}): NvidiaSmiLogBuilder {
  return new NvidiaSmiLogBuilder(options);
}
