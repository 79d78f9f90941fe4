import { posix } from 'node:path';
import type { Engine } from '@app/core';
import { flagsIn } from './engine-flags.js';

/** What the command line of a serving process says. */
export interface EngineCommand {
  readonly kind: Engine['kind'];
  readonly port: number;
  readonly flags: Readonly<Record<string, string>>;
}

const DEFAULT_PORTS: Readonly<Record<Engine['kind'], number>> = { vllm: 8000, sglang: 30_000 };
const INTERPRETER = /^(?:python|pypy)[\d.]*$/;
/** Options of the interpreter that take the next word. */
const TAKES_VALUE = new Set(['-X', '-W', '--check-hash-based-pycs']);
const MODULES: readonly (readonly [Engine['kind'], RegExp])[] = [
  ['vllm', /^vllm\.entrypoints\.(?:openai\.)?api_server$/],
  ['sglang', /^(?:sglang|sglang_router)\.launch_server$/],
];
const SCRIPTS: readonly (readonly [Engine['kind'], RegExp])[] = [
  ['vllm', /(?:^|\/)vllm\/entrypoints\/(?:openai\/)?api_server\.py$/],
  ['sglang', /(?:^|\/)sglang\/launch_server\.py$/],
];
/** Modules that are the same as the programs, with a subcommand. */
const PROGRAM_MODULES = new Map([
  ['vllm', 'vllm'],
  ['vllm.entrypoints.cli.main', 'vllm'],
  ['vllm.scripts', 'vllm'],
  ['sglang', 'sglang'],
  ['sglang.cli.main', 'sglang'],
]);

interface Program {
  readonly kind: Engine['kind'];
  /** What the program was given. */
  readonly words: readonly string[];
}

/**
 * Null for a process that does not serve: only the program counts, not what it is given, so that neither a shell that
 * starts an engine nor a client of it is taken for one. Its workers name themselves by titles and are found as children.
 */
export function engineCommandOf(commandLine: readonly string[]): EngineCommand | null {
  const program = programOf(wordsOf(commandLine));
  if (program === null) return null;
  const { kind, words } = program;
  const [model] = words;
  const positional = model !== undefined && kind === 'vllm' ? flagsIn(kind, [`--model=${model}`]) : {};
  const flags = { ...(model?.startsWith('-') === false ? positional : {}), ...flagsIn(kind, words) };
  return { kind, port: portIn(flags['port']) ?? DEFAULT_PORTS[kind], flags };
}

/** Command lines come as words, as one text with NUL, or copied by hand with blanks. */
function wordsOf(commandLine: readonly string[]): readonly string[] {
  const words = commandLine.flatMap((word) => word.split('\0')).filter((word) => word !== '');
  return words.length === 1 ? (words[0]?.trim().split(/\s+/) ?? []) : words;
}

function programOf(words: readonly string[]): Program | null {
  const [program = '', ...rest] = words;
  if (!INTERPRETER.test(posix.basename(program))) return servedBy(posix.basename(program), rest);
  for (let at = 0; at < rest.length; at += 1) {
    const word = rest[at] ?? '';
    const after = rest.slice(at + 1);
    if (word === '-m') return servedByModule(after[0] ?? '', after.slice(1));
    if (word === '-c') return null;
    if (TAKES_VALUE.has(word)) at += 1;
    else if (!word.startsWith('-')) return servedByScript(word, after);
  }
  return null;
}

function servedBy(name: string, [subcommand, ...words]: readonly string[]): Program | null {
  // `vllm bench serve` and the like are clients.
  if (subcommand !== 'serve') return null;
  return name === 'vllm' || name === 'sglang' ? { kind: name, words } : null;
}

function servedByModule(module: string, words: readonly string[]): Program | null {
  const kind = MODULES.find(([, pattern]) => pattern.test(module))?.[0];
  return kind === undefined ? servedBy(PROGRAM_MODULES.get(module) ?? '', words) : { kind, words };
}

function servedByScript(script: string, words: readonly string[]): Program | null {
  const kind = SCRIPTS.find(([, pattern]) => pattern.test(script))?.[0];
  return kind === undefined ? servedBy(posix.basename(script), words) : { kind, words };
}

function portIn(text: string | undefined): number | null {
  if (text === undefined || !/^\d{1,5}$/.test(text)) return null;
  const port = Number(text);
  return port >= 1 && port <= 65_535 ? port : null;
}
