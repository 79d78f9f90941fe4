export { cpuMs } from './cpu-time.js';
export { fuzzRuns } from './fuzz-runs.js';
export { mutatedText } from './mutated-text.js';
