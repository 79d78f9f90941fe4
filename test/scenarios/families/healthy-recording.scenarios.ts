import type { Scenario } from '../scenario.js';
import type { Bundle, BundleFrame } from '../world/index.js';
import { type HealthyDefinition, healthyScenarios, recording, usualDay } from './healthy-scenario.js';

const BUSY_HOST = { engines: [{ maxNumSeqs: 256 }], dcgm: true, nodeExporter: true } as const;

/** Changes a recording of a usual day afterwards. */
function spoilt(change: (frames: BundleFrame[]) => BundleFrame[], frames = 20): (seed: number) => Bundle {
  return (seed) => {
    const bundle = recording({ ...BUSY_HOST, kernelLogForm: 'dmesg' }, usualDay(0.6, frames))(seed);
    return { ...bundle, frames: change(bundle.frames) };
  };
}

const later = (frame: BundleFrame, seconds: number): BundleFrame => ({
  ...frame,
  at: new Date(Date.parse(frame.at) + seconds * 1000).toISOString(),
});

const definitions: readonly HealthyDefinition[] = [
  {
    id: 'frames-out-of-order',
    title: 'frames of a healthy machine in a mixed order',
    relation:
      'a value belongs to the time at which it was read; a fall that is only one of order is no restart [signals §0.3]',
    seed: 35_000,
    not: ['engine-crash-loop', 'engine-restarted'],
    // Seven and the number of frames have no common divisor: every frame comes once.
    build: spoilt((frames) => frames.flatMap((_, i) => frames[(i * 7) % frames.length] ?? [])),
  },
  {
    id: 'frames-twice',
    title: 'frames of a healthy machine that were recorded twice',
    relation: 'a window without time has no rate [signals §11]',
    seed: 35_001,
    build: spoilt((frames) => frames.flatMap((frame, i) => (i % 4 === 1 ? [frame, structuredClone(frame)] : [frame]))),
  },
  {
    id: 'clock-set-forward',
    title: 'the host’s clock is set forward by forty seconds in the middle',
    relation: 'rates of one long interval are lower and nothing else [signals §11]',
    seed: 35_002,
    not: ['gpu-telemetry-stale', 'engine-unreachable'],
    build: spoilt((frames) => frames.map((frame, i) => (i >= 11 ? later(frame, 40) : frame))),
  },
  {
    id: 'pages-missing-in-single-frames',
    title: 'single frames without one of their sources',
    relation: 'a source is stale after three missed intervals, not after one [signals §0.6]',
    seed: 35_003,
    not: ['engine-unreachable', 'gpu-telemetry-stale', 'gpu-missing'],
    build: spoilt((frames) =>
      frames.map((frame, i) => {
        const { nvidiaSmi, metrics, files, ...rest } = frame;
        if (i === 5) return { ...rest, ...(metrics && { metrics }), ...(files && { files }) };
        if (i === 9) return { ...rest, ...(nvidiaSmi && { nvidiaSmi }), ...(files && { files }) };
        if (i === 13) return { ...rest, ...(nvidiaSmi && { nvidiaSmi }), ...(metrics && { metrics }) };
        return frame;
      }),
    ),
  },
  {
    id: 'one-garbled-answer',
    title: 'one answer of nvidia-smi cut off in the middle, and one page of an engine',
    relation: 'broken text is a gap and never a value [contract §4]',
    seed: 35_004,
    not: ['gpu-lost', 'gpu-missing', 'gpu-telemetry-stale', 'engine-unreachable'],
    build: spoilt((frames) =>
      frames.map((frame, i) => {
        const { nvidiaSmi, metrics = [] } = frame;
        if (i === 6 && nvidiaSmi !== undefined) {
          return {
            ...frame,
            nvidiaSmi: { ...nvidiaSmi, stdout: nvidiaSmi.stdout.slice(0, nvidiaSmi.stdout.length / 3) },
          };
        }
        if (i !== 12) return frame;
        return {
          ...frame,
          metrics: metrics.map((page) => ({ ...page, text: page.text.slice(0, page.text.length * 0.6) })),
        };
      }),
    ),
  },
  {
    id: 'pages-of-strangers',
    title: 'pages of exporters and programs that are none of ours',
    relation: 'pages of unknown exporters are ignored [contract §4]',
    seed: 35_005,
    build: spoilt((frames) =>
      frames.map((frame) => ({
        ...frame,
        metrics: [
          ...(frame.metrics ?? []),
          {
            url: 'http://127.0.0.1:9187/metrics',
            text: '# TYPE pg_up gauge\npg_up 1\npg_stat_activity_count{state="active"} 97\n',
          },
          { url: 'http://127.0.0.1:3000/', text: '<!doctype html><html><body>Sign in</body></html>' },
        ],
      })),
    ),
  },
];

/** Recordings that are odd, of machines that are not. */
export const healthyRecordingScenarios: readonly Scenario[] = healthyScenarios('healthy-recording', definitions);
