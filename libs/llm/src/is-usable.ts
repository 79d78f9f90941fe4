import type { VerifiedInsights } from './verify/verifier.js';

/** Without a summary, or with nothing that explains or advises, the rules have more to say. */
export function isUsable({ summary, rootCauses, recommendations }: VerifiedInsights): boolean {
  return summary !== '' && (rootCauses.length > 0 || recommendations.length > 0);
}
