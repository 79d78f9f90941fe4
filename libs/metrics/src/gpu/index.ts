export { GpuCollector } from './gpu.collector.js';
export { noGpuReading, toGpuReading, type GpuReading, type ReadingOrigin } from './gpu-reading.js';
export {
  answerFromText,
  NvidiaSmiClient,
  type NvidiaSmiAnswer,
  type NvidiaSmiClientOptions,
  type NvidiaSmiReader,
} from './nvidia-smi.client.js';
export { mapNvidiaSmi, type NvidiaSmiReading } from './nvidia-smi.mapper.js';
export { parseNvidiaSmiXml, type ParsedNvidiaSmiXml } from './nvidia-smi.xml.js';
