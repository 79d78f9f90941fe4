/**
 * The long-lived child process that calls node-nvidia-smi. The package gives no handle and has no timeout, so the only
 * way to end a call that hangs is to kill the process group it runs in: this one.
 *
 * This file is plain JavaScript without type syntax, so that Node can also run it where there is no build (see
 * `run-helper-from-source.mjs`).
 */
import xml2js from 'xml2js';

/** Most of a log of eight GPUs, and nothing that anybody reads. */
const CLOCK_LISTS = /<supported_clocks>[^<]*(?:<(?!\/?supported_clocks>)[^<]*)*<\/supported_clocks>/g;

/**
 * The package hands the log to xml2js, which takes about five times the CPU time of the agent's own parser, and what it
 * makes of it would still have to be sent. So the text itself is handed on.
 */
const handOnText = (text = '', options = {}, done = (error = null, data = '') => void [options, error, data]) => {
  done(null, text.replace(CLOCK_LISTS, ''));
};
Object.assign(xml2js, { parseString: handOnText });
// The package looks the parser up when it is loaded.
const { default: nvidiaSmi } = await import('node-nvidia-smi');

process.on('message', (message) => {
  if (typeof message !== 'object' || message === null || !('id' in message) || !('path' in message)) return;
  const { id, path } = message;
  process.env.PATH = String(path);
  nvidiaSmi((error, data) => {
    if (!error) return process.send?.({ id, ok: true, data });
    if (typeof error === 'string') return process.send?.({ id, ok: false, error: { kind: 'string', message: error } });
    const code = 'code' in error ? error.code : null;
    return process.send?.({ id, ok: false, error: { kind: 'message', message: error.message, code } });
  });
});

// The agent is gone: take a call that may still be under way along.
process.on('disconnect', () => process.kill(process.platform === 'win32' ? process.pid : -process.pid, 'SIGKILL'));
