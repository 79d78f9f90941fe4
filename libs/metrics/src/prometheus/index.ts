export { toNumber } from './prometheus-number.js';
export { parsePrometheusText, type PrometheusPage, type PrometheusParseOptions } from './prometheus-text.parser.js';
export type { PrometheusSample } from './sample-line.parser.js';
