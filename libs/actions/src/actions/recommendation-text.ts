import type { CandidateAction, Snapshot, Subject } from '@app/core';
import { definitionOf } from '../catalogue/action-risk.js';
import { ENGINE_SETTINGS } from './recommendations/engine-settings.js';
import { GPU_COMMANDS } from './recommendations/gpu-commands.js';
import { HOST_COMMANDS } from './recommendations/host-commands.js';
import { LMCACHE_SETTINGS } from './recommendations/lmcache-settings.js';
import type { Recommendation } from './recommendations/recommendation.js';
import { SERVICE_COMMANDS } from './recommendations/service-commands.js';

const RECOMMENDATIONS: ReadonlyMap<string, Recommendation> = new Map(
  [GPU_COMMANDS, SERVICE_COMMANDS, HOST_COMMANDS, ENGINE_SETTINGS, LMCACHE_SETTINGS].flatMap((group) =>
    Object.entries(group),
  ),
);

/** The exact command, flag or call for a person who does it; what is not known stands in angle brackets. */
export function recommendationText(
  { type, parameters }: CandidateAction,
  subject: Subject,
  snapshot: Snapshot,
): string {
  const text = RECOMMENDATIONS.get(type)?.({ parameters, subject, snapshot });
  return text ?? definitionOf(type)?.title ?? type;
}

/** For the test that notices a type without a text. */
export const RECOMMENDED_TYPES: readonly string[] = [...RECOMMENDATIONS.keys()];
