export { EngineCollector, type EnginesReading } from './engine.collector.js';
export { histogramDelta, quantilesOf } from './histogram.js';
export { mapVllmPage, type EngineReading, type VllmPage } from './vllm-page.mapper.js';
