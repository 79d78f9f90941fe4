// Runs jest and closes with one line that says how it went: `N passed, N failed, N skipped`.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = mkdtempSync(join(tmpdir(), 'agent-tests-'));
const report = join(folder, 'report.json');
const options = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];

const jest = spawn(
  process.execPath,
  [
    ...options,
    join(root, 'node_modules/jest/bin/jest.js'),
    '--json',
    `--outputFile=${report}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => jest.kill(signal));

jest.on('exit', (code) => {
  let counts = { passed: 0, failed: 0, skipped: 0 };
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    counts = {
      passed: result.numPassedTests,
      // A file that does not load has no failed test, and is a failure all the same.
      failed: result.numFailedTests + result.numRuntimeErrorTestSuites,
      skipped: result.numPendingTests + result.numTodoTests,
    };
  } catch {
    console.error('jest wrote no report: it did not get as far as running a test.');
    counts.failed = 1;
  }
  rmSync(folder, { recursive: true, force: true });
  if (counts.passed + counts.failed === 0) console.error('No test ran; that counts as a failure.');
  const ok = code === 0 && counts.failed === 0 && counts.passed > 0;
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
  process.exitCode = ok ? 0 : 1;
});
