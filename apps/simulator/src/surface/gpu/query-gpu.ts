import type { GpuProcessView, GpuView, MachineView } from '../../machine/machine-view.js';
import { boardFacts } from './board-facts.js';
import { QUERY_ALIASES, QUERY_FIELDS } from './query-fields.js';
import { BAD_COMBINATION } from './smi-arguments.js';
import { EXIT, printed, type SmiResult } from './smi-result.js';
import { tableTime } from './smi-time.js';

interface TableFormat {
  readonly hasHeader: boolean;
  readonly hasUnits: boolean;
}

interface Column<Subject> {
  readonly name: string;
  readonly unit: string;
  readonly read: (subject: Subject) => string | null;
}

const FORMAT_WORDS = ['csv', 'noheader', 'nounits'];

/** `--query-gpu=… --format=csv[,noheader][,nounits]`: one line for each GPU. One unknown field fails the whole query. */
export function queryGpu(view: MachineView, gpus: readonly GpuView[], fields: string, format: string): SmiResult {
  const columns: Column<GpuView>[] = [];
  for (const asked of namesIn(fields)) {
    const name = canonicalName(asked);
    const field = QUERY_FIELDS.get(name);
    if (field === undefined) return unknownField(asked);
    const { unit, read } = field;
    columns.push({ name, unit, read: (gpu) => read({ view, gpu, board: boardFacts(gpu.product) }) });
  }
  return table(columns, gpus, format);
}

interface ComputeApp {
  readonly gpu: GpuView;
  readonly process: GpuProcessView;
}

/** `--query-compute-apps=…`: one line for each process that has a context. */
export function queryComputeApps(
  view: MachineView,
  gpus: readonly GpuView[],
  fields: string,
  format: string,
): SmiResult {
  const known: Readonly<Record<string, Omit<Column<ComputeApp>, 'name'>>> = {
    timestamp: { unit: '', read: () => tableTime(view.atMs) },
    gpu_name: { unit: '', read: ({ gpu }) => gpu.product },
    gpu_bus_id: { unit: '', read: ({ gpu }) => gpu.pciBusId },
    gpu_serial: { unit: '', read: ({ gpu }) => gpu.serial },
    gpu_uuid: { unit: '', read: ({ gpu }) => gpu.uuid },
    pid: { unit: '', read: ({ process }) => String(process.pid) },
    process_name: { unit: '', read: ({ process }) => process.name },
    used_gpu_memory: { unit: 'MiB', read: ({ process }) => process.usedMib.toFixed(0) },
  };
  const columns: Column<ComputeApp>[] = [];
  for (const asked of namesIn(fields)) {
    const name = { name: 'process_name', used_memory: 'used_gpu_memory' }[asked] ?? asked;
    const column = known[name];
    if (column === undefined) return unknownField(asked);
    columns.push({ name, ...column });
  }
  const apps = gpus.flatMap((gpu) => gpu.processes.map((process) => ({ gpu, process })));
  return table(columns, apps, format);
}

/** `--help-query-gpu`: the names that are known. */
export function queryGpuHelp(): SmiResult {
  const names = [...QUERY_FIELDS.keys()].map((name) => {
    const aliases = Object.entries(QUERY_ALIASES).filter(([, canonical]) => canonical === name);
    return [name, ...aliases.map(([alias]) => alias)].map((each) => `"${each}"`).join(' or ');
  });
  return printed(`List of valid properties to query for the switch "--query-gpu":\n\n${names.join('\n\n')}\n\n`);
}

function canonicalName(asked: string): string {
  const renamed = asked.replace(/^clocks_throttle_reasons\./, 'clocks_event_reasons.');
  return QUERY_ALIASES[renamed] ?? renamed;
}

function namesIn(fields: string): string[] {
  return fields.split(',').map((name) => name.trim());
}

function table<Subject>(columns: readonly Column<Subject>[], subjects: readonly Subject[], format: string): SmiResult {
  const parsed = formatIn(format);
  if (parsed === null) return BAD_COMBINATION;
  const header = columns.map(({ name, unit }) => (unit === '' ? name : `${name} [${unit}]`)).join(', ');
  const lines = subjects.map((subject) => columns.map((column) => cell(column, subject, parsed)).join(', '));
  return printed([...(parsed.hasHeader ? [header] : []), ...lines].map((line) => `${line}\n`).join(''));
}

function cell<Subject>({ unit, read }: Column<Subject>, subject: Subject, { hasUnits }: TableFormat): string {
  const text = read(subject);
  if (text === null) return '[N/A]';
  return unit === '' || !hasUnits ? text : `${text} ${unit}`;
}

/** `csv` is mandatory, whatever else there is. */
function formatIn(format: string): TableFormat | null {
  const words = namesIn(format);
  if (!words.includes('csv') || words.some((word) => !FORMAT_WORDS.includes(word))) return null;
  return { hasHeader: !words.includes('noheader'), hasUnits: !words.includes('nounits') };
}

function unknownField(name: string): SmiResult {
  return { exitCode: EXIT.badArgument, stdout: `Field "${name}" is not a valid field to query.\n\n` };
}
