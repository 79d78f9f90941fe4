import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the fake does when it is run. */
export type FakeNvidiaSmiBehaviour =
  | { readonly kind: 'exits'; readonly exitCode?: number; readonly stdout?: string; readonly stderr?: string }
  /** Starts a grandchild that holds the pipe, and never ends. */
  | { readonly kind: 'hangs' };

/** Only shell builtins and absolute paths, so that PATH may hold nothing but the fake's folder. */
const SCRIPT = `#!/bin/sh
here="\${0%/*}"
echo "$$" >> "$here/calls"
if [ -e "$here/hangs" ]; then
  /bin/sleep 600 &
  echo "$!" >> "$here/children"
  wait
fi
/bin/cat "$here/stderr" >&2
/bin/cat "$here/stdout"
read -r code < "$here/exit-code"
exit "$code"
`;

/** An executable `nvidia-smi` in a folder for PATH. */
export class FakeNvidiaSmi {
  constructor(
    readonly folder: string,
    behaviour: FakeNvidiaSmiBehaviour,
  ) {
    this.becomes(behaviour);
    const file = join(folder, 'nvidia-smi');
    writeFileSync(file, SCRIPT);
    chmodSync(file, 0o755);
  }

  /** From the next start on. */
  becomes(behaviour: FakeNvidiaSmiBehaviour): void {
    rmSync(join(this.folder, 'hangs'), { force: true });
    if (behaviour.kind === 'hangs') {
      writeFileSync(join(this.folder, 'hangs'), '');
      return;
    }
    writeFileSync(join(this.folder, 'stdout'), behaviour.stdout ?? '');
    writeFileSync(join(this.folder, 'stderr'), behaviour.stderr ?? '');
    writeFileSync(join(this.folder, 'exit-code'), `${behaviour.exitCode ?? 0}\n`);
  }

  /** How often it was started. */
  get starts(): number {
    return this.#pids('calls').length;
  }

  /** Those of its processes, children included, that still run. */
  livingPids(): number[] {
    return [...this.#pids('calls'), ...this.#pids('children')].filter(isRunning);
  }

  #pids(name: string): number[] {
    const file = join(this.folder, name);
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8').split('\n').filter(Boolean).map(Number);
  }
}

/** Linux only. A zombie has ended; who reaps it depends on the container. */
function isRunning(pid: number): boolean {
  const status = `/proc/${pid}/status`;
  if (!existsSync(status)) return false;
  return !/^State:\s+[ZX]/m.test(readFileSync(status, 'utf8'));
}

/** `fakeNvidiaSmi(folder, { kind: 'exits', stdout: xml })`. */
export function fakeNvidiaSmi(folder: string, behaviour: FakeNvidiaSmiBehaviour): FakeNvidiaSmi {
  return new FakeNvidiaSmi(folder, behaviour);
}
