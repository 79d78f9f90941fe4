import type { Cache, Engine, Gpu, KernelEvent, Section, SectionName, Snapshot, System } from '@app/core';
import { SECTION_NAMES } from '@app/core';
import { FRAME_ENGINE_ID, HEALTHY_CACHE, HEALTHY_ENGINE, HEALTHY_GPU, HEALTHY_SYSTEM } from './healthy-values.js';
import { type Patch, patched } from './patch.js';

export { FRAME_CACHE_ID, FRAME_ENGINE_ID, FRAME_GPU_UUID } from './healthy-values.js';

/** Instant of second 0 of every built window. */
export const FRAME_EPOCH_MS = Date.parse('2026-03-01T12:00:00.000Z');
/** ISO time of a second of the built window. */
export function frameTime(second: number): string {
  return new Date(FRAME_EPOCH_MS + second * 1000).toISOString();
}

/** A busy, healthy H100, with what the test says instead. */
export function aFrameGpu(patch: Patch<Gpu> = {}): Gpu {
  return patched<Gpu>(HEALTHY_GPU, patch);
}

/** A host with memory to spare and no CPU limit reached. */
export function aFrameSystem(patch: Patch<System> = {}): System {
  return patched<System>(HEALTHY_SYSTEM, patch);
}

/** A vLLM engine that serves without a queue. */
export function aFrameEngine(patch: Patch<Engine> = {}): Engine {
  return patched<Engine>(HEALTHY_ENGINE, patch);
}

/** LMCache inside the engine: healthy, half full, nothing counted yet. */
export function aFrameCache(patch: Patch<Cache> = {}): Cache {
  return patched<Cache>(HEALTHY_CACHE, patch);
}

/** An XID line of the kernel log, as the driver prints its bus id: without the function digit. */
export function aFrameXid(code: number, patch: Partial<KernelEvent> = {}): KernelEvent {
  const at = patch.at ?? frameTime(0);
  return {
    at,
    lastAt: at,
    kind: 'xid',
    code,
    pciBusId: '0000:3b:00',
    pid: null,
    processName: null,
    message: 'NVRM: Xid reported by the driver',
    count: 1,
    ...patch,
  };
}

export interface FrameOptions {
  readonly gpus?: readonly Gpu[];
  readonly engines?: readonly Engine[];
  readonly caches?: readonly Cache[];
  readonly system?: System | null;
  readonly events?: readonly KernelEvent[];
  readonly sections?: Partial<Record<SectionName, Partial<Section>>>;
  readonly gaps?: Snapshot['gaps'];
}

const SECTION_SOURCES: Record<SectionName, string> = {
  gpu: 'nvidia-smi',
  system: '/proc',
  engines: `${FRAME_ENGINE_ID}/metrics`,
  lmcache: 'none',
  kernelLog: '/dev/kmsg',
};

/** A snapshot at a second of the window: one GPU, one engine, one host, all healthy, every section ok. */
export function aFrame(second: number, options: FrameOptions = {}): Snapshot {
  const at = frameTime(second);
  const section = (name: SectionName): Section => ({
    status: 'ok',
    source: SECTION_SOURCES[name],
    collectedAt: at,
    durationMs: 5,
    detail: null,
    ...options.sections?.[name],
  });
  return {
    target: 'local',
    hostname: 'gpu-host',
    collectedAt: at,
    durationMs: 20,
    simulated: false,
    sections: Object.fromEntries(SECTION_NAMES.map((name) => [name, section(name)])) as Record<SectionName, Section>,
    gpus: options.gpus ?? [aFrameGpu()],
    system: options.system === undefined ? aFrameSystem() : options.system,
    engines: options.engines ?? [aFrameEngine()],
    caches: options.caches ?? [],
    events: options.events ?? [],
    gaps: options.gaps ?? [],
  };
}

/** Frames `stepSeconds` apart from second 0, each built from its number. */
export function aWindow(count: number, stepSeconds: number, options: (frame: number) => FrameOptions): Snapshot[] {
  return Array.from({ length: count }, (_, frame) => aFrame(frame * stepSeconds, options(frame)));
}
