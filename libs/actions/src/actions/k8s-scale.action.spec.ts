import { describe, expect, it } from '@jest/globals';
import type { KubernetesDeployment } from '@app/config';
import { aFindingOf, aTask } from '@app/testing/actions';
import { aFrame, FRAME_ENGINE_ID } from '@app/testing/analysis';
import type { ActionTask } from '../action.js';
import { KubernetesExecutor } from '../executors/kubernetes.executor.js';
import { K8sScaleAction } from './k8s-scale.action.js';

const CHAT: KubernetesDeployment = {
  namespace: 'serving',
  deployment: 'chat',
  minReplicas: 1,
  maxReplicas: 4,
  engines: [FRAME_ENGINE_ID],
};
const EMBED: KubernetesDeployment = { ...CHAT, deployment: 'embed', engines: ['http://10.0.0.9:8000'] };
const SUBJECT = { kind: 'engine', id: FRAME_ENGINE_ID, label: 'chat' } as const;

function action(...deployments: KubernetesDeployment[]): K8sScaleAction {
  const refused = (): Promise<never> => Promise.reject(new Error('no test asks the API server'));
  return new K8sScaleAction(new KubernetesExecutor({ kubeconfig: null, deployments }, refused));
}

function task(replicaChange: 1 | -1): ActionTask {
  return aTask('k8s-scale', SUBJECT, { parameters: { namespace: 'serving', deployment: 'chat', replicaChange } });
}

describe('K8sScaleAction', () => {
  const snapshot = aFrame(0);
  const propose = (deployments: KubernetesDeployment[], parameters: Record<string, string | number>) =>
    action(...deployments).propose({ type: 'k8s-scale', parameters }, aFindingOf(SUBJECT), snapshot);

  it('finds the deployment that runs the engine', () => {
    expect(propose([EMBED, CHAT], { replicaChange: 1 })).toMatchObject({
      kind: 'proposal',
      proposal: {
        subject: SUBJECT,
        parameters: { namespace: 'serving', deployment: 'chat', replicaChange: 1 },
        preview: expect.stringContaining('add one replica of deployment serving/chat'),
        expected: { direction: 'down' },
      },
    });
  });

  it.each([
    ['none runs the engine', [EMBED], { replicaChange: 1 }, /no configured deployment/],
    [
      'several may',
      [
        { ...CHAT, engines: [] },
        { ...EMBED, engines: [] },
      ],
      { replicaChange: 1 },
      /which of 2/,
    ],
    ['another one is named', [CHAT], { namespace: 'a', deployment: 'b', replicaChange: 1 }, /not configured/],
    ['the step is not one', [CHAT], { replicaChange: 2 }, /one more or one less/],
    ['no step is given', [CHAT], {}, /one more or one less/],
  ])('proposes nothing where %s', (_, deployments, parameters, reason) => {
    const result = propose(deployments, parameters as Record<string, string | number>);
    expect(result).toEqual({ kind: 'impossible', reason: expect.stringMatching(reason) });
  });

  const before = { replicas: 2, readyReplicas: 2, owner: null };
  it.each([
    ['asked for and not ready yet', 1, { replicas: 3, readyReplicas: 2 }, false],
    ['ready', 1, { replicas: 3, readyReplicas: 3 }, true],
    ['not asked for', 1, { replicas: 2, readyReplicas: 2 }, false],
    ['one less', -1, { replicas: 1, readyReplicas: 1 }, true],
    ['more than was asked for', 1, { replicas: 4, readyReplicas: 4 }, false],
  ] as const)('counts the replica that is %s', (_, change, state, expected) => {
    expect(action(CHAT).isReached({ ...state, owner: null }, task(change), before)).toBe(expected);
  });

  it('is back with the former number, as far as that was ready', () => {
    expect(action(CHAT).isRestored({ replicas: 2, readyReplicas: 2, owner: null }, before)).toBe(true);
    expect(action(CHAT).isRestored({ replicas: 2, readyReplicas: 1, owner: null }, before)).toBe(false);
    expect(action(CHAT).isRestored({ replicas: 3, readyReplicas: 3, owner: null }, before)).toBe(false);
    const crashing = { replicas: 2, readyReplicas: 0, owner: null };
    expect(action(CHAT).isRestored(crashing, crashing)).toBe(true);
  });

  it('changes nothing that an autoscaler owns', async () => {
    const output = await action(CHAT).execute(task(1), { ...before, owner: 'HorizontalPodAutoscaler chat' });
    expect(output).toMatchObject({
      isAccepted: false,
      isDefinite: true,
      text: expect.stringContaining('HorizontalPodAutoscaler chat'),
    });
  });

  it('goes back by the opposite step', () => {
    expect(action(CHAT).inverse(task(1))).toMatchObject({ type: 'k8s-scale', parameters: { replicaChange: -1 } });
    expect(action(CHAT).inverse(task(-1))).toMatchObject({ parameters: { replicaChange: 1 } });
  });
});
