export { mergeDcgm, type MergeOptions } from './dcgm-merge.js';
export { mapDcgmPage, type DcgmPage } from './dcgm-page.mapper.js';
export { toDcgmReading } from './dcgm-reading.js';
export { DcgmClient, type DcgmPageReader } from './dcgm.client.js';
export { GpuCollector, type GpuCollectorOptions } from './gpu.collector.js';
export { noGpuReading, toGpuReading, type GpuReading, type ReadingOrigin } from './gpu-reading.js';
export {
  answerFromRecording,
  answerFromText,
  NvidiaSmiClient,
  type NvidiaSmiAnswer,
  type NvidiaSmiClientOptions,
  type NvidiaSmiReader,
  type NvidiaSmiRecording,
} from './nvidia-smi.client.js';
export { mapNvidiaSmi, type NvidiaSmiMapOptions, type NvidiaSmiReading } from './nvidia-smi.mapper.js';
export { parseNvidiaSmiXml, type ParsedNvidiaSmiXml } from './nvidia-smi.xml.js';
