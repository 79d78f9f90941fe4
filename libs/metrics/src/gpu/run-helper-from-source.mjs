// Preloaded where there is no build (tests): lets Node load nvidia-smi-helper.ts, which has no type syntax, as it stands.
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) register(import.meta.url);

/** Module hook; Node runs it in a thread of its own. */
export function load(url, context, nextLoad) {
  return nextLoad(url, url.endsWith('/nvidia-smi-helper.ts') ? { ...context, format: 'module' } : context);
}
