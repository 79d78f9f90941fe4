// Runs the fuzz specs with many inputs. A script, since not every shell sets a variable in front of a command.
process.env.FUZZ_RUNS ??= '10000';
process.argv.push('--testPathPatterns', '\\.fuzz\\.spec\\.ts$', '--testTimeout=600000');
await import('./run-tests.mjs');
