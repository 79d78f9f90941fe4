import type { ActionDefinition } from '@app/core';
import { parameters, readOnly } from './define-actions.js';

/** Actions that look, tell or prepare text, and change nothing. */
export const READ_ONLY_ACTIONS: readonly ActionDefinition[] = [
  readOnly({
    type: 'collect-diagnostics',
    title: 'Collect diagnostics',
    description:
      'Stores what a reset or reboot would erase: the full nvidia-smi report, NVLink state and topology, recent driver lines of the kernel log, engine and cache metrics, and the process list.',
    preconditions: ['Runs before any reset, restart or reboot.'],
  }),
  readOnly({
    type: 'engine-health-check',
    title: 'Check the engine',
    description: 'Asks the engine for its health, version, model list and metrics; generates nothing.',
    preconditions: ['The engine address is configured.'],
  }),
  readOnly({
    type: 'lmcache-health-check',
    title: 'Check LMCache',
    description: 'Asks LMCache for its backends, thread health and status.',
    preconditions: ['An LMCache address is configured.'],
  }),
  readOnly({
    type: 'lmcache-lookup',
    title: 'Look up a prompt in LMCache',
    description: 'Asks the LMCache controller where the blocks of a known prompt lie.',
    parameters: parameters({
      prompt: { type: 'string', minLength: 1, maxLength: 4000, description: 'A prompt that should be cached.' },
    }),
    preconditions: ['The legacy LMCache controller is reachable.'],
  }),
  readOnly({
    type: 'notify-oncall',
    title: 'Tell the on-call person',
    description: 'Sends the finding and its evidence to the configured webhook or ticket, once per incident.',
    parameters: parameters(
      {
        note: { type: 'string', maxLength: 500, description: 'What to look at.' },
        incident: { type: 'string', maxLength: 500, description: 'What makes it the same incident; filled in.' },
      },
      ['note', 'incident'],
    ),
    preconditions: ['A webhook or ticket system is configured.', 'The incident was not reported before.'],
  }),
  readOnly({
    type: 'open-rma-ticket',
    title: 'Prepare a hardware replacement ticket',
    description:
      'Writes the text of a replacement request with serial number, UUID, VBIOS, driver and the memory or link evidence; a person sends it.',
    preconditions: ['Diagnostics were collected.'],
  }),
];
