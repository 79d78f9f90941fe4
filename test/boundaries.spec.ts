import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const root = process.cwd();

/** The rules of this repository, on a small tree that a test may spoil. */
describe('dependency boundaries', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'agent-boundaries-'));
    for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json'])
      cpSync(join(root, file), join(folder, file));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    write('libs/core/src/index.ts', 'export const core = 1;\n');
    write('libs/analysis/src/index.ts', "import { core } from '@app/core';\nexport const analysis = core;\n");
    write('apps/agent/src/main.ts', "import { analysis } from '@app/analysis';\nexport const main = analysis;\n");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(path: string, text: string): void {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }

  function cruise(): { status: number | null; output: string } {
    const bin = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
    const result = spawnSync(process.execPath, [bin, '--config', '.dependency-cruiser.cjs', 'apps', 'libs'], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { status: result.status, output: `${result.stdout}${result.stderr}` };
  }

  it('hold on an orderly tree', () => {
    expect(cruise()).toMatchObject({ status: 0 });
  });

  it.each([
    [
      'core-boundary',
      'libs/core/src/index.ts',
      "export type { analysis } from '@app/analysis';\nexport const core = 1;\n",
    ],
    [
      'analysis-boundary',
      'libs/analysis/src/index.ts',
      "import { llm } from '@app/llm';\nexport const analysis = llm;\n",
    ],
    [
      'testing-only-in-specs',
      'apps/agent/src/main.ts',
      "import { fake } from '@app/testing/fakes';\nexport const main = fake;\n",
    ],
    [
      'simulator-boundary',
      'apps/simulator/src/main.ts',
      "import { analysis } from '@app/analysis';\nexport const main = analysis;\n",
    ],
    [
      'simulator-is-imported-by-nobody',
      'apps/agent/src/main.ts',
      "import { machine } from '../../simulator/src/machine.js';\nexport const main = machine;\n",
    ],
    [
      'child-processes-in-one-place',
      'libs/core/src/index.ts',
      "import { exec } from 'node:child_process';\nexport const core = exec;\n",
    ],
  ])('catch a planted violation of %s', (rule, file, text) => {
    write('libs/llm/src/index.ts', 'export const llm = 1;\n');
    write('libs/testing/src/fakes/index.ts', 'export const fake = 1;\n');
    write('apps/simulator/src/machine.ts', 'export const machine = 1;\n');
    write(file, text);
    const { status, output } = cruise();
    expect(output).toContain(rule);
    expect(status).not.toBe(0);
  });
});
