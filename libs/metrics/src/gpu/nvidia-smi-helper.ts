/**
 * The long-lived child process that calls node-nvidia-smi. The package gives no handle and has no timeout, so the only
 * way to end a call that hangs is to kill the process group it runs in: this one.
 *
 * This file is plain JavaScript without type syntax, so that Node can also run it where there is no build (see
 * `run-helper-from-source.mjs`).
 */
import childProcess from 'node:child_process';
import xml2js from 'xml2js';

const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;
/** Most of a log of eight GPUs, and nothing that anybody reads. */
const CLOCK_LISTS = /<supported_clocks>[^<]*(?:<(?!\/?supported_clocks>)[^<]*)*<\/supported_clocks>/g;

const TOO_LARGE = 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER';

/** How the latest run of the program ended, with Node's own code where it is no exit. One call is under way at a time. */
let run = { exitCode: 0, signal: '', failure: '', stdout: '', stderr: '' };

/**
 * The package takes 1 MiB at most and keeps back what a failing program wrote, which says what is wrong. So its call is
 * listened to, with a larger limit.
 */
const { exec } = childProcess;
const listenedExec = (command = '', done = (error = null, stdout = '', stderr = '') => void [error, stdout, stderr]) =>
  exec(command, { maxBuffer: MAX_OUTPUT_BYTES }, (error, stdout, stderr) => {
    const code = error?.code ?? 0;
    const isExit = typeof code === 'number';
    run = { exitCode: isExit ? code : 0, signal: error?.signal ?? '', failure: isExit ? '' : code, stdout, stderr };
    Reflect.apply(done, null, [error, stdout, stderr]);
  });
/**
 * The package hands the log to xml2js, which takes about five times the CPU time of the agent's own parser, and what it
 * makes of it would still have to be sent. So the text itself is handed on.
 */
const keepText = (text = '', options = {}, done = (error = null, data = '') => void [options, error, data]) =>
  done(null, text);

Object.assign(childProcess, { exec: listenedExec });
Object.assign(xml2js, { parseString: keepText });
// The package looks both up when it is loaded.
const { default: nvidiaSmi } = await import('node-nvidia-smi');

process.on('message', (message) => {
  if (typeof message !== 'object' || message === null || !('id' in message) || !('path' in message)) return;
  const { id, path } = message;
  process.env.PATH = String(path);
  nvidiaSmi(() => {
    const { exitCode, signal, failure, stdout, stderr } = run;
    if (failure === TOO_LARGE) return process.send?.({ id, kind: 'too-large', limitBytes: MAX_OUTPUT_BYTES });
    if (failure !== '') return process.send?.({ id, kind: 'not-started', code: failure });
    const end = signal === '' ? { exitCode, signal: null } : { exitCode: null, signal };
    return process.send?.({ id, kind: 'exited', ...end, stdout: stdout.replace(CLOCK_LISTS, ''), stderr });
  });
});

// The agent is gone: take a call that may still be under way along.
process.on('disconnect', () => process.kill(process.platform === 'win32' ? process.pid : -process.pid, 'SIGKILL'));
