import { posix } from 'node:path';

/** Titles that processes of the engines give themselves, e.g. `VLLM::EngineCore` or `sglang::scheduler_TP0`. */
const TITLE = /^(vllm|sglang|lmcache)::|^ray::RayWorkerWrapper/i;
/** Modules that serve, as they stand after `python -m`. */
const MODULE = /^(vllm\.entrypoints\.|vllm\.v1\.|sglang\.launch_server$|sglang\.srt\.|lmcache\.[a-z0-9_.]*server)/;
/** The same modules started as files. */
const SCRIPT = /\/(vllm\/entrypoints|sglang\/srt|lmcache)\/[^ ]*server[^ ]*\.py$|\/sglang\/launch_server\.py$/;
const MAX_PATH = 1024;
const INTERPRETER = /^(python|pypy)[\d.]*$/;
const SERVER_PROGRAM = /^lmcache_(server|controller)/;
/** Options of the interpreter that take the next argument. */
const TAKES_VALUE = new Set(['-X', '-W', '--check-hash-based-pycs']);

/**
 * Whether a command line is that of a vLLM, SGLang or LMCache server. Only the program counts, not what it is given:
 * an editor or a shell with `vllm serve` among its arguments is none, and the child that the shell starts is.
 */
export function isEngineCommand(commandLine: readonly string[]): boolean {
  const [program = '', ...rest] = commandLine;
  if (TITLE.test(program)) return true;
  if (!INTERPRETER.test(posix.basename(program))) return isServer(program, rest[0]);
  for (let index = 0; index < rest.length; index += 1) {
    const argument = rest[index] ?? '';
    const next = rest[index + 1];
    if (argument === '-m') return next !== undefined && isServingModule(next, rest[index + 2]);
    if (argument === '-c') return false;
    if (TAKES_VALUE.has(argument)) index += 1;
    else if (!argument.startsWith('-')) return isServingScript(argument) || isServer(argument, next);
  }
  return false;
}

/** Subcommands with which a program serves; with others it is a client. */
const SERVING: Readonly<Record<string, readonly string[]>> = {
  vllm: ['serve'],
  sglang: ['serve'],
  lmcache: ['server', 'serve'],
};

function isServer(program: string, subcommand: string | undefined): boolean {
  const name = posix.basename(program);
  if (SERVER_PROGRAM.test(name)) return true;
  return subcommand !== undefined && Object.hasOwn(SERVING, name) && SERVING[name]?.includes(subcommand) === true;
}

function isServingModule(module: string, subcommand: string | undefined): boolean {
  return MODULE.test(module) || isServer(module, subcommand);
}

function isServingScript(path: string): boolean {
  return path.length <= MAX_PATH && SCRIPT.test(path);
}
