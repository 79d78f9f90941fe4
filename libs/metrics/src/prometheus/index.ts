export {
  parsePrometheusText,
  toNumber,
  type PrometheusPage,
  type PrometheusParseOptions,
  type PrometheusSample,
} from './prometheus-text.parser.js';
