import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { mapDcgmPage } from '@app/metrics';
import { aGpuView, aMachineView } from '../machine-view.builder.js';
import { dcgmPage } from './dcgm-page.js';

const CAPTURE = join(process.env['CAPTURES_DIR'] ?? '', 'dcgm/l40s-595.58.03.prom');
const hasCapture = process.env['CAPTURES_DIR'] !== undefined && existsSync(CAPTURE);
const xids = new Map([[aGpuView().uuid, 63]]);

describe('the page of dcgm-exporter', () => {
  it('gives the agent the values of the machine', () => {
    const { gpus, simulated, unreadable } = mapDcgmPage(dcgmPage(aMachineView(), xids));
    expect({ simulated, unreadable, count: gpus.length }).toEqual({ simulated: true, unreadable: [], count: 2 });
    expect(gpus[0]).toMatchObject({
      uuid: 'GPU-6a1f0c3e-9b1d-4c2e-8f00-000000000000',
      pciBusId: '00000000:1B:00.0',
      driverVersion: '595.58.03',
      utilization: { gpuRatio: 0.93, memoryRatio: 0.41 },
      temperature: { gpuCelsius: 61, memoryCelsius: 68 },
      power: { drawWatts: 512.34 },
      energyJoules: 123_456.789,
      profiling: { smActiveRatio: 0.71, tensorActiveRatio: 0.22, dramActiveRatio: 0.55 },
      clocks: { smMhz: 1740, memoryMhz: 2619 },
      pcie: { rxBytesPerSecond: 812_345_000, replayCount: 3 },
      remappedRows: { correctable: 5, uncorrectable: 6, failure: false },
      xid: { lastCode: 63 },
    });
  });

  it('tells nothing of a GPU that is off the bus', () => {
    const view = aMachineView({ gpus: [aGpuView({ isPresent: false }), aGpuView({ index: 1 })] });
    expect(mapDcgmPage(dcgmPage(view)).gpus.map(({ uuid }) => uuid)).toEqual([aGpuView({ index: 1 }).uuid]);
  });

  (hasCapture ? it : it.skip)(
    'announces what a real exporter does, in its order (skipped without CAPTURES_DIR)',
    () => {
      const announced = (text: string): string[] => text.split('\n').filter((line) => line.startsWith('#'));
      const ours = announced(dcgmPage(aMachineView()));
      const own = ours.filter((line) => /simulated_source_info|PROF_SM_ACTIVE/.test(line));
      expect(ours.filter((line) => !own.includes(line))).toEqual(announced(readFileSync(CAPTURE, 'utf8')));
    },
  );
});
