export * from './dcgm-page.builder.js';
export * from './gpu-xml-values.js';
export * from './gpu-xml.builder.js';
export * from './gpu.builder.js';
export * from './nvidia-smi-log.builder.js';
export * from './nvidia-smi.fake.js';
