export { type Bundle, type BundleFieldError, type BundleResult, readBundle } from './bundle.schema.js';
export { RecordedMachine, type Recording } from './recorded-machine.js';
