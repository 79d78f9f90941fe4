import { z } from 'zod';
import { withoutTrailingSlash } from './base-url.js';

/** Names as Kubernetes takes them (RFC 1123). */
const label = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'has to be a Kubernetes name');
const name = z.string().regex(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'has to be a Kubernetes name');

const deployment = z
  .strictObject({
    namespace: label,
    deployment: name,
    minReplicas: z.number().int().min(0),
    maxReplicas: z.number().int().min(1),
    /** Ids of engines, which are their addresses. */
    engines: z.array(z.string().min(1).transform(withoutTrailingSlash)).default([]),
  })
  .refine(({ minReplicas, maxReplicas }) => minReplicas <= maxReplicas, {
    path: ['maxReplicas'],
    message: 'has to be at least minReplicas',
  });

/** `kubernetes` of `CONFIG_FILE`. */
export const kubernetes = z.strictObject({
  kubeconfig: z.string().min(1).optional(),
  deployments: z.array(deployment).superRefine((deployments, context) => {
    const seen = new Set<string>();
    deployments.forEach(({ namespace, deployment: own }, index) => {
      const key = `${namespace}/${own}`;
      if (seen.has(key)) context.addIssue({ code: 'custom', path: [index, 'deployment'], message: 'is listed twice' });
      seen.add(key);
    });
  }),
});
