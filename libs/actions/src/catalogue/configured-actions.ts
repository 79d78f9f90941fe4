import type { Settings } from '@app/config';
import { definitionOf } from './action-risk.js';

type ByType = Pick<Settings, 'policy' | 'monitor' | 'webhooks'>;

const KEYS = ['policy', 'monitor', 'webhooks'] as const;

function configuredTypes({ policy, monitor, webhooks }: ByType): { key: string; type: string }[] {
  const byKey = { policy: policy.actions, monitor, webhooks };
  return KEYS.flatMap((key) => Object.keys(byKey[key]).map((type) => ({ key: `${key}.${type}`, type })));
}

/** Keys of the configuration that name an action which is not in the catalogue. */
export function unknownActionTypes(settings: ByType): string[] {
  return configuredTypes(settings)
    .filter(({ type }) => definitionOf(type) === null)
    .map(({ key }) => key);
}

/** What the configuration wants of actions and can't have: each key, and why. */
export function actionSettingProblems(settings: ByType): string[] {
  const unknown = unknownActionTypes(settings).map(
    (key) => `${key}: there is no such action (GET /actions lists them)`,
  );
  const gates = Object.entries(settings.policy.actions).flatMap(([type, { gate }]) => {
    const definition = definitionOf(type);
    if (definition === null || gate === undefined) return [];
    if (definition.risk === 'destructive' && gate === 'automatic') {
      return [`policy.${type}.gate: what is lost for good is never automatic; use approval`];
    }
    const isRaised = definition.gate === 'recommend' && gate !== 'recommend';
    return isRaised ? [`policy.${type}.gate: the action is only recommended, and nothing executes it`] : [];
  });
  const idle = Object.keys(settings.webhooks)
    .filter((type) => definitionOf(type)?.gate === 'recommend')
    .map((type) => `webhooks.${type}: the action is only recommended, and no webhook is asked to do it`);
  return [...unknown, ...gates, ...idle].map((problem) => `CONFIG_FILE ${problem}`);
}
