/**
 * The long-lived child process that calls node-nvidia-smi. The package gives no handle and has no timeout, so the only
 * way to end a call that hangs is to kill the process group it runs in: this one.
 *
 * This file is plain JavaScript without type syntax, so that Node can also run it where there is no build (see
 * `run-helper-from-source.mjs`).
 */
import nvidiaSmi from 'node-nvidia-smi';

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
