import { EXIT, type SmiResult } from './smi-result.js';

/** Options that are known here, by each of their spellings; `true` for those with a value. */
const OPTIONS = {
  help: { spellings: ['-h', '--help'], hasValue: false },
  version: { spellings: ['--version'], hasValue: false },
  list: { spellings: ['-L', '--list-gpus'], hasValue: false },
  query: { spellings: ['-q', '--query'], hasValue: false },
  xml: { spellings: ['-x', '--xml-format'], hasValue: false },
  id: { spellings: ['-i', '--id'], hasValue: true },
  queryGpu: { spellings: ['--query-gpu'], hasValue: true },
  queryComputeApps: { spellings: ['--query-compute-apps'], hasValue: true },
  helpQueryGpu: { spellings: ['--help-query-gpu'], hasValue: false },
  format: { spellings: ['--format'], hasValue: true },
  powerLimit: { spellings: ['-pl', '--power-limit'], hasValue: true },
  lockClocks: { spellings: ['-lgc', '--lock-gpu-clocks'], hasValue: true },
  resetClocks: { spellings: ['-rgc', '--reset-gpu-clocks'], hasValue: false },
  persistence: { spellings: ['-pm', '--persistence-mode'], hasValue: true },
  computeMode: { spellings: ['-c', '--compute-mode'], hasValue: true },
} as const;
export type SmiOption = keyof typeof OPTIONS;
export type SmiArguments = ReadonlyMap<SmiOption, string>;

export function isSmiArguments(parsed: SmiArguments | SmiResult): parsed is SmiArguments {
  return parsed instanceof Map;
}

/** Options with their values, or what nvidia-smi says of the first that it does not understand. */
export function parseSmiArguments(argv: readonly string[]): SmiArguments | SmiResult {
  const options = new Map<SmiOption, string>();
  const rest = [...argv];
  for (let argument = rest.shift(); argument !== undefined; argument = rest.shift()) {
    const [spelling = '', ...value] = argument.split('=');
    const option = optionOf(spelling);
    if (option === null) return unknownOption(argument);
    if (!OPTIONS[option].hasValue) {
      if (value.length > 0) return unknownOption(argument);
      options.set(option, '');
      continue;
    }
    const given = value.length > 0 ? value.join('=') : rest.shift();
    if (given === undefined || given === '' || given.startsWith('-')) return missingValue(spelling);
    options.set(option, given);
  }
  return options;
}

function optionOf(spelling: string): SmiOption | null {
  for (const [name, { spellings }] of Object.entries(OPTIONS)) {
    if ((spellings as readonly string[]).includes(spelling)) return name as SmiOption;
  }
  return null;
}

function unknownOption(argument: string): SmiResult {
  const stdout = `ERROR: Option ${argument} is not recognized. Please run 'nvidia-smi -h' for help.\n\n`;
  return { exitCode: EXIT.badArgument, stdout };
}

/** With the code of a published report; the manual page names 2 for arguments. */
function missingValue(option: string): SmiResult {
  const stdout = `ERROR: Option ${option} is missing its value. Please run 'nvidia-smi -h' for help.\n\n`;
  return { exitCode: EXIT.other, stdout };
}

export const BAD_COMBINATION: SmiResult = {
  exitCode: EXIT.badArgument,
  stdout: "Invalid combination of input arguments. Please run 'nvidia-smi -h' for help.\n\n",
};
