import 'reflect-metadata';
import { once } from 'node:events';
import { announcement, readerEnvironment } from './cli/announcement.js';
import { parseSimulateOptions, type SimulateOptions, USAGE, UsageError } from './cli/simulate-options.js';
import { controlApi } from './control/control-api.js';
import { Simulation } from './control/simulation.js';

/** sysexits(3) EX_USAGE. */
const EXIT_USAGE = 64;

function optionsOrExit(): SimulateOptions {
  try {
    const options = parseSimulateOptions(process.argv.slice(2));
    if (options !== null) return options;
    process.stdout.write(USAGE);
    process.exit(0);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    process.exit(EXIT_USAGE);
  }
}

/** Resolves at the first Ctrl-C or TERM; a second one while it cleans up changes nothing. */
function asked(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
}

const { simulation: wanted, port, isJson } = optionsOrExit();
const end = asked();
const simulation = await Simulation.start(wanted);
try {
  const app = await controlApi(simulation);
  await app.listen(port, '127.0.0.1');
  const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
  const environment = readerEnvironment(simulation);
  const text = isJson ? `${JSON.stringify({ control: url, environment })}\n` : announcement(url, environment);
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
  await end;
  await app.close();
} catch (error) {
  process.stderr.write(`The simulator could not start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await simulation.stop();
}
process.exit();
