/**
 * A world: one machine with GPUs, engines, caches and a kernel, which writes what a person would copy off it.
 *
 * It knows documented relations (marked with their source keys) and no rule and no threshold of the analysis:
 * power and voltage give clocks, clocks give the speed of prompts and steps, speed and arrivals give running and
 * waiting requests (Little's law), those give KV usage, latencies and counters.
 *
 *     const world = new HostWorld({ seed, gpus: [{ model: 'H100' }], engines: [{ maxNumSeqs: 256 }], dcgm: true });
 *     world.engine().busy(0.5);
 *     world.run({ frames: 6 });                       // healthy for a minute
 *     world.gpu().throttle('hw-thermal', 0.45);       // then the cooling fails
 *     world.run({ frames: 18 });
 *     return world.bundle();
 *
 * - Public fields of `gpus`, `engines`, `caches`, `host` may be set at any time and hold until set again, also in
 *   `run({ each: (seconds, world) => … })`. A count is raised at one instant (`gpu.addUncorrected(2)`), a rate goes on.
 * - `world.starveCpu` couples host and engines; other couplings are the author's, e.g. `host.swapInBytes` with
 *   `host.pressure.memoryFull`, `host.network.eth0` with `cache.remoteGetMilliseconds`.
 * - `pinned` (GPU XML values, engine moment, files) has the last word where the model should not.
 * - The first `run` or `skip` settles everything as if the state at that time had lasted for hours, counters included:
 *   set the normal state before it (or in `each` at second 0), and the fault after it or in `each` later.
 * - A frame is `intervalSeconds` after the last one; time passes in steps of 2 s (longer with frames far apart). Same seed, same bundle.
 * - The bundle's texts may be spoiled afterwards: it is a plain object of its own.
 */
export type { Bundle, BundleFrame, BundlePage } from './bundle.js';
export { type CacheOptions, MP_WATERMARK, WorldCache } from './cache-state.js';
export { around, type Distribution } from './distribution.js';
export type { EngineLoad } from './engine-flow.js';
export type { EngineMoment } from './engine-moment.js';
export { type Availability, type EngineOptions, WorldEngine } from './engine-state.js';
export { GPU_MODELS, type GpuModel, type GpuModelName } from './gpu-models.js';
export type { DcgmCounters } from './dcgm-pages.js';
export { type ClockReason, type GpuOptions, type ThrottleCause, WorldGpu } from './gpu-state.js';
export { type HostOptions, WorldHost } from './host-state.js';
export { HostWorld, type RunOptions, type WorldOptions } from './host-world.js';
export { WorldKernelLog, type XidDetails } from './kernel-log.js';
export { Random } from './random.js';
