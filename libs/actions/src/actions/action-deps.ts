import type { Settings } from '@app/config';
import type { Clock } from '@app/core';

/** What actions are built from. */
export interface ActionDeps {
  readonly settings: Pick<Settings, 'sources' | 'store' | 'webhooks' | 'kubernetes'>;
  readonly clock: Clock;
  /** Of the process unless a test says otherwise. */
  readonly environment?: () => NodeJS.ProcessEnv;
  /** For tests: how to wait between attempts. */
  readonly wait?: (ms: number) => Promise<void>;
}
