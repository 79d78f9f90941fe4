import type { ActionDefinition } from '@app/core';
import { disruptive, parameters, recommended, reversible } from './define-actions.js';

const NAME = { type: 'string', pattern: '^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$' };
const DEPLOYMENT = {
  namespace: { ...NAME, description: 'Namespace of the deployment.' },
  deployment: { ...NAME, description: 'Name of the deployment.' },
};
const NODE = parameters({ node: { ...NAME, description: 'Name of the node.' } });
const BACKEND = parameters({ backend: { type: 'string', minLength: 1, maxLength: 300, description: 'Backend.' } }, [
  'backend',
]);

/** Actions on Kubernetes objects and on the router in front of the engines. */
export const KUBERNETES_ACTIONS: readonly ActionDefinition[] = [
  disruptive({
    type: 'k8s-scale',
    title: 'Change the number of replicas',
    description:
      'Adds or removes one replica of a deployment. Adding is reversible; removing is disruptive. Loading a model takes minutes.',
    reversible: true,
    parameters: parameters(
      {
        ...DEPLOYMENT,
        replicaChange: { type: 'integer', enum: [-1, 1], description: 'One more or one less.' },
      },
      ['namespace', 'deployment'],
    ),
    preconditions: [
      'No autoscaler owns the replica count.',
      'The policy range of replicas holds.',
      'To add: free GPUs cover the need. To remove: the replica is drained and the disruption budget allows it.',
    ],
    inverse: 'k8s-scale',
  }),
  reversible({
    type: 'k8s-cordon',
    title: 'Cordon the node',
    description: 'Keeps new pods off the node; running pods stay.',
    parameters: NODE,
    preconditions: ['Another schedulable GPU node is left.'],
    inverse: 'k8s-uncordon',
  }),
  reversible({
    type: 'k8s-uncordon',
    title: 'Uncordon the node',
    description: 'Lets the scheduler use the node again.',
    parameters: NODE,
    preconditions: ['This agent cordoned the node.'],
    inverse: 'k8s-cordon',
  }),
  disruptive({
    type: 'k8s-drain',
    title: 'Drain the node',
    description: 'Evicts the pods of the node within their disruption budgets; pods of daemon sets stay.',
    parameters: NODE,
    preconditions: ['The node is cordoned.'],
    inverse: 'k8s-uncordon',
  }),
  disruptive({
    type: 'k8s-rollout-restart',
    title: 'Restart the deployment',
    description: 'Restarts the pods of a deployment one after the other.',
    parameters: parameters(DEPLOYMENT),
    preconditions: ['At most one replica is unavailable at a time.', 'A spare GPU exists or the surge is zero.'],
  }),
  recommended({
    type: 'k8s-patch-resources',
    title: 'Change CPU or memory resources',
    description: 'Change the CPU or memory requests and limits in the manifest of the workload; its pods restart.',
    risk: 'disruptive',
    reversible: true,
    preconditions: ['The change goes through the repository that owns the manifest.'],
  }),
  reversible({
    type: 'router-remove-backend',
    title: 'Take the backend out of the router',
    description: 'Sends no new requests to the backend; those in flight finish.',
    parameters: BACKEND,
    preconditions: ['A healthy backend is left and the rest has cache room.'],
    inverse: 'router-restore-backend',
  }),
  reversible({
    type: 'router-restore-backend',
    title: 'Put the backend back into the router',
    description: 'Sends requests to the backend again.',
    parameters: BACKEND,
    preconditions: ['The backend is healthy.'],
    inverse: 'router-remove-backend',
  }),
  recommended({
    type: 'router-rebalance',
    title: 'Change the routing policy',
    description: 'Spread requests by prefix, cache room or load so that no replica queues while another is idle.',
    risk: 'reversible',
    reversible: true,
  }),
];
