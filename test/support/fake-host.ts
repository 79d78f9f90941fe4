import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anNvidiaSmiLog, type FakeNvidiaSmi, fakeNvidiaSmi } from '@app/testing/gpu';

export interface FakeHost {
  readonly binFolder: string;
  readonly nvidiaSmi: FakeNvidiaSmi;
  remove(): void;
}

/** A folder with a `nvidia-smi` that prints two GPUs until it is told otherwise. */
export function fakeHost(): FakeHost {
  const binFolder = mkdtempSync(join(tmpdir(), 'agent-bin-'));
  const stdout = anNvidiaSmiLog().withGpu().withGpu().build();
  const nvidiaSmi = fakeNvidiaSmi(binFolder, { kind: 'exits', exitCode: 0, stdout });
  return { binFolder, nvidiaSmi, remove: () => rmSync(binFolder, { recursive: true, force: true }) };
}
