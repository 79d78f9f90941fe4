import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { aGpuView, aMachineView } from '../machine-view.builder.js';
import { nvidiaSmiLog } from './nvidia-smi-log.js';

const FOLDER = join(process.env['CAPTURES_DIR'] ?? '', 'nvidia-smi');
const V13 = join(FOLDER, 'rtx-3080-595.58.03-v13.xml');
const V11_ROWS = join(FOLDER, 'a10g-515.105.01.xml');
const hasCaptures = process.env['CAPTURES_DIR'] !== undefined && existsSync(V13) && existsSync(V11_ROWS);

/** Paths of the elements in the order of the text, each with the kind of its value: `fan_speed: # %`. */
function shapeOf(log: string): string[] {
  const open: string[] = [];
  const shape: string[] = [];
  for (const [, closing, name = '', text = ''] of log.matchAll(/<(\/?)(\w+)[^>]*>([^<]*)/g)) {
    if (closing === '/') open.pop();
    else {
      open.push(name);
      const kind = text.trim().replace(/-?\d[\d.]*/g, '#');
      shape.push(`${open.join('/')}${kind === '' ? '' : `: ${kind}`}`);
    }
  }
  return shape
    .map((line) => line.replace('nvidia_smi_log/gpu/', ''))
    .filter((line) => !line.startsWith('supported_clocks'));
}

const nameOf = (line: string): string => line.split(':')[0] ?? '';
const unitOf = (line: string): string | null => /: #( .+|x)$/.exec(line)?.[1] ?? null;

/** Elements that a GeForce has and a data-centre board writes otherwise, and the other way round. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  // Degrees that are left, from Ada on, instead of temperatures.
  'temperature/gpu_temp_max_threshold': 'temperature/gpu_temp_max_tlimit_threshold',
  'temperature/gpu_temp_slow_threshold': 'temperature/gpu_temp_slow_tlimit_threshold',
  'temperature/gpu_temp_max_gpu_threshold': 'temperature/gpu_temp_max_gpu_tlimit_threshold',
  'temperature/gpu_temp_max_mem_threshold': 'temperature/gpu_temp_max_mem_tlimit_threshold',
};
/** Of a board that remaps rows; the capture's is one without. And of processes, of which the capture has none. */
const ONLY_HERE = /^(remapped_rows\/|processes\/)/;

const ours = aMachineView({ gpus: [aGpuView()] });

(hasCaptures ? describe : describe.skip)('a simulated log beside real ones (skipped without CAPTURES_DIR)', () => {
  const simulated = shapeOf(nvidiaSmiLog(ours, ours.gpus));
  const real = hasCaptures ? shapeOf(readFileSync(V13, 'utf8')) : [];

  it('has every element of a real one of the driver, in its order and nesting, and no other', () => {
    const names = simulated.map(nameOf).filter((name) => !ONLY_HERE.test(name));
    expect(names).toEqual(real.map(nameOf).map((name) => OTHER_NAMES[name] ?? name));
  });

  it('writes the values that both have in the same units', () => {
    const units = new Map(simulated.map((line) => [nameOf(line), unitOf(line)]));
    const differing = real
      .map((line) => ({ name: OTHER_NAMES[nameOf(line)] ?? nameOf(line), unit: unitOf(line) }))
      .filter(({ name, unit }) => unit !== null && units.get(name) !== null && units.get(name) !== unit);
    expect(differing).toEqual([]);
  });

  it('tells of remapped rows as a board that has a row remapper', () => {
    const rows = (shape: readonly string[]): string[] => shape.filter((line) => line.startsWith('remapped_rows'));
    expect(rows(simulated).map(nameOf)).toEqual(rows(shapeOf(readFileSync(V11_ROWS, 'utf8'))).map(nameOf));
  });

  it('begins, indents and ends as a real one', () => {
    const lines = (text: string): string[] => text.split('\n').map((line) => line.replace(/>.*/, '>'));
    const [mine, theirs] = [nvidiaSmiLog(ours, ours.gpus), readFileSync(V13, 'utf8')].map(lines);
    expect(mine?.slice(0, 12).map(anyId)).toEqual(theirs?.slice(0, 12).map(anyId));
    expect(mine?.slice(-5)).toEqual(theirs?.slice(-5));
  });
});

function anyId(line: string): string {
  return line.replace(/id="[^"]*"/, 'id');
}
