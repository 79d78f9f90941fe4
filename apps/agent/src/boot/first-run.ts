import type { INestApplicationContext } from '@nestjs/common';
import { DEFAULT_OBJECTIVE, DEFAULT_TARGET } from '@app/config';
import { RunService } from '@app/workflow';

/** A first run, so that `/optimize/status` has something to show; it never asks a model. */
export async function startFirstRun(app: INestApplicationContext): Promise<void> {
  const request = {
    target: DEFAULT_TARGET,
    mode: 'recommend',
    objective: DEFAULT_OBJECTIVE,
    maxActions: 3,
    llm: false,
  } as const;
  await app.get(RunService).start(request, { requestedBy: 'startup' });
}
