import { Logger } from '@nestjs/common';
import { thresholdsOutOfRange, unknownThresholds } from '@app/analysis';
import type { Settings } from '@app/config';
import { AppError, messageOf } from '@app/core';
import { disableTracing } from '@app/llm';
import { checkedSettings } from './boot/checked-settings.js';
import { startFirstRun } from './boot/first-run.js';
import { createApp } from './create-app.js';

/** sysexits(3) EX_CONFIG. */
const EXIT_CONFIGURATION = 78;

function settingsOrExit(): Settings {
  try {
    return checkedSettings(process.env);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EXIT_CONFIGURATION);
  }
}

function announce(settings: Settings, url: string): void {
  const keys = settings.http.apiKeys.length;
  const access = keys > 0 ? `${keys} API key(s)` : 'no API_KEYS set: every caller on this machine is let in';
  process.stdout.write(
    `\n  Resource Agent\n    dashboard  ${url}/  (shows the API documentation in this version)\n` +
      `    API docs   ${url}/docs\n    status     ${url}/optimize/status\n    access     ${access}\n\n`,
  );
}

/** A threshold that no rule has is a typing error, and one out of range is clamped: both are said. */
function thresholdNotices(settings: Settings): string[] {
  const own = Object.values(settings.targets).map(({ thresholds }) => thresholds ?? {});
  return [settings.thresholds, ...own].flatMap((thresholds) => [
    ...unknownThresholds(thresholds).map((name) => `CONFIG_FILE thresholds: there is no ${name}`),
    ...thresholdsOutOfRange(thresholds),
  ]);
}

disableTracing(process.env);
const settings = settingsOrExit();
const logger = new Logger('Agent');
try {
  const app = await createApp(settings);
  app.enableShutdownHooks(undefined, { useProcessExit: true });
  await app.listen(settings.http.port, settings.http.host);
  announce(settings, (await app.getUrl()).replace('[::1]', 'localhost'));
  for (const notice of [...settings.notices, ...thresholdNotices(settings)]) logger.warn(notice);
  await startFirstRun(app);
} catch (error) {
  process.stderr.write(`Resource Agent could not start: ${messageOf(error)}\n`);
  process.exit(1);
}
