import { parsePrometheusText, type PrometheusSample } from '../prometheus/index.js';
import { type CanonicalName, type EngineNames, PROCESS_START_SERIES, SIMULATED_SERIES } from './engine-names.js';
import { type EngineOnPage, type EngineReading, hasLoad, readEngine } from './engine-reading.js';
import { finite, type Series, seriesByLabel } from './engine-series.js';
import { describeForeignPage, pageKinds } from './page-kind.js';

/** More labels than this are no deployment, but a page that is out of hand. */
const MAX_ENGINES = 256;

/** The engines that a `/metrics` page tells of. */
export interface EnginePage {
  readonly engines: readonly EngineReading[];
  readonly simulated: boolean;
  readonly problems: readonly string[];
  /** The page is an engine's, but has none of the series that are known of that kind. */
  readonly isUnknownVersion: boolean;
  /** Why there is no engine on the page; null when there is one. */
  readonly foreign: string | null;
}

/** How to read the pages of one kind of engine. */
export interface EngineDialect {
  readonly names: EngineNames;
  readonly canonicalName: CanonicalName;
  /** Label that tells the engines of a page apart. */
  readonly label: string;
  /** Whose the series are, given those of each value of the label. */
  readonly enginesOf: (byLabel: ReadonlyMap<string, Series>) => readonly EngineOnPage[];
}

/** Reads a page as one kind of engine. A page of that kind without any known series is an engine of which nothing is known. */
export function readEnginePage(text: string, dialect: EngineDialect): EnginePage {
  const { names, canonicalName } = dialect;
  const isWanted = (name: string): boolean =>
    name === SIMULATED_SERIES || name === PROCESS_START_SERIES || canonicalName(name) !== null;
  const { samples, problems } = parsePrometheusText(text, { keep: isWanted });
  const found = dialect
    .enginesOf(seriesByLabel(samples, canonicalName, dialect.label))
    .filter(({ series }) => hasLoad(series, names));
  const isUnknownVersion = found.length === 0 && pageKinds(text).has(names.kind);
  const engines = isUnknownVersion ? [{ label: '', series: new Map() }] : found.slice(0, MAX_ENGINES);
  const tooMany = found.length > MAX_ENGINES ? [`only the first ${MAX_ENGINES} of ${found.length} engines count`] : [];
  const startSeconds = processStartOf(samples);
  return {
    engines: engines.map((engine) => readEngine(engine, names, startSeconds)),
    simulated: samples.some(({ name, value }) => name === SIMULATED_SERIES && value === 1),
    problems: [...problems, ...tooMany],
    isUnknownVersion,
    foreign: engines.length === 0 ? describeForeignPage(text) : null,
  };
}

/**
 * Series without the label belong to the only engine; where there are several, those of the page as a whole hold for
 * each of them, and of the others nobody can say whose they are.
 */
export function shareUnlabelled(byLabel: ReadonlyMap<string, Series>, names: EngineNames): EngineOnPage[] {
  const unlabelled: Series = byLabel.get('') ?? new Map();
  const labelled = [...byLabel].filter(([label]) => label !== '');
  if (labelled.length === 0) return [{ label: '', series: unlabelled }];
  const pageWide = [...names.gauges.cacheConfig, ...Object.values(names.unprefixed)];
  const shared = [...unlabelled].filter(([name]) => labelled.length === 1 || pageWide.includes(name));
  return labelled.map(([label, series]) => ({ label, series: new Map([...shared, ...series]) }));
}

/** Of the only process on the page; where there are several nobody can say which is the engine. */
function processStartOf(samples: readonly PrometheusSample[]): number | null {
  const starts = samples.filter(({ name }) => name === PROCESS_START_SERIES).map(({ value }) => value);
  return starts.length === 1 ? finite(starts[0]) : null;
}
