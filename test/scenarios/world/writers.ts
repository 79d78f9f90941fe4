/**
 * The writers of source formats that the worlds use. They are taken from their files and not from `@app/testing`,
 * whose other builders load the analysis that the recordings are to test.
 */
export { aDcgmPage, type DcgmGpuValues, type DcgmWritten } from '../../../libs/testing/src/gpu/dcgm-page.builder.js';
export type { GpuXmlValues, ProcessXmlValues } from '../../../libs/testing/src/gpu/gpu-xml-values.js';
export type { LogSchema } from '../../../libs/testing/src/gpu/gpu-xml.builder.js';
export { anNvidiaSmiLog } from '../../../libs/testing/src/gpu/nvidia-smi-log.builder.js';
export {
  aKernelLog,
  anXidMessage,
  type KernelLogForm,
  type KernelLogLine,
  oomKillMessages,
} from '../../../libs/testing/src/metrics/kernel-log.builder.js';
export {
  anEmptyLmcacheMpPage,
  anLmcacheMpPage,
  anLmcachePage,
} from '../../../libs/testing/src/metrics/lmcache-page.builder.js';
export { aNodeExporterPage } from '../../../libs/testing/src/metrics/node-exporter-page.builder.js';
export { procFiles } from '../../../libs/testing/src/metrics/proc-root.builder.js';
export type { ProcProcessValues } from '../../../libs/testing/src/metrics/proc-root-process.builder.js';
export { anSglangPage } from '../../../libs/testing/src/metrics/sglang-page.builder.js';
export {
  aVllmPage,
  type VllmLoraValues,
  type VllmPageValues,
} from '../../../libs/testing/src/metrics/vllm-page.builder.js';
export type { VllmEra } from '../../../libs/testing/src/metrics/vllm-eras.js';
