/** The package has no types, and is here for comparison only. */
declare module 'parse-prometheus-text-format' {
  export default function parsePrometheusTextFormat(metrics: string): readonly unknown[];
}
