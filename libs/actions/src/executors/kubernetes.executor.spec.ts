import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FakeJsonServer, fakeJsonServer } from '@app/testing/actions';
import { DeviceUnreadableError } from '../action.js';
import { KubernetesExecutor } from './kubernetes.executor.js';

const NAME = { namespace: 'serving', deployment: 'chat' };
const DEPLOYMENT = 'GET /apis/apps/v1/namespaces/serving/deployments/chat';
const SCALE = 'PATCH /apis/apps/v1/namespaces/serving/deployments/chat/scale';
const AUTOSCALERS = 'GET /apis/autoscaling/v2/namespaces/serving/horizontalpodautoscalers';
const SCALED_OBJECTS = 'GET /apis/keda.sh/v1alpha1/namespaces/serving/scaledobjects';

const scaler = (name: string, target: string, kind?: string): unknown => ({
  items: [{ metadata: { name }, spec: { scaleTargetRef: { name: target, kind } } }],
});

describe('KubernetesExecutor', () => {
  let api: FakeJsonServer;
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'kubernetes-'));
    // Without KEDA, as most clusters are.
    api = await fakeJsonServer({
      [DEPLOYMENT]: () => ({ body: { spec: { replicas: 2 }, status: { readyReplicas: 1 } } }),
      [AUTOSCALERS]: () => ({ body: { items: [] } }),
      [SCALE]: () => ({ body: { spec: { replicas: 3 } } }),
    });
  });
  afterEach(async () => {
    await api.stop();
    rmSync(folder, { recursive: true });
  });

  const settings = (kubeconfig: string | null = null) => ({
    kubeconfig,
    deployments: [{ ...NAME, minReplicas: 1, maxReplicas: 3, engines: [] }],
  });
  const executor = (): KubernetesExecutor =>
    new KubernetesExecutor(settings(), () =>
      Promise.resolve({
        server: api.url,
        authorize: () => Promise.resolve({ headers: { authorization: 'Bearer t' } }),
      }),
    );

  it('is whoever the kubeconfig says', async () => {
    const kubeconfig = join(folder, 'kubeconfig');
    const document = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'here',
      contexts: [{ name: 'here', context: { cluster: 'fake', user: 'agent' } }],
      clusters: [{ name: 'fake', cluster: { server: api.url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'agent', user: { token: 'token-of-the-agent' } }],
    };
    writeFileSync(kubeconfig, JSON.stringify(document));
    const real = new KubernetesExecutor(settings(kubeconfig));
    expect(await real.unavailable()).toBeNull();
    expect(await real.replicas(NAME)).toEqual({ replicas: 2, readyReplicas: 1, owner: null });
    expect(api.requests[0]?.headers.authorization).toBe('Bearer token-of-the-agent');
  }, 30_000);

  it('patches the scale and nothing else', async () => {
    expect(await executor().scale(NAME, 2, 3)).toMatchObject({ isAccepted: true });
    const [request] = api.requests;
    expect(request?.headers['content-type']).toBe('application/merge-patch+json');
    expect(request?.body).toBe('{"spec":{"replicas":3}}');
    expect(api.requests).toHaveLength(1);
  });

  it.each([
    ['two steps', NAME, 1, 3, /not one step/],
    ['more than the policy', NAME, 3, 4, /not within 1 and 3/],
    ['less than the policy', NAME, 1, 0, /not within 1 and 3/],
    ['a deployment that is not configured', { namespace: 'serving', deployment: 'other' }, 1, 2, /not configured/],
  ])('asks for nothing where it would be %s', async (_, name, from, to, reason) => {
    const output = await executor().scale(name, from, to);
    expect(output).toMatchObject({ isAccepted: false, isDefinite: true, text: expect.stringMatching(reason) });
    expect(api.requests).toEqual([]);
  });

  it.each([
    ['an autoscaler', AUTOSCALERS, scaler('chat-hpa', 'chat', 'Deployment'), 'HorizontalPodAutoscaler chat-hpa'],
    ['a scaled object of KEDA', SCALED_OBJECTS, scaler('chat-keda', 'chat'), 'ScaledObject chat-keda'],
    ['an autoscaler of another deployment', AUTOSCALERS, scaler('hpa', 'embed', 'Deployment'), null],
    ['an autoscaler of a stateful set', AUTOSCALERS, scaler('hpa', 'chat', 'StatefulSet'), null],
  ])('knows the owner of the replicas: %s', async (_, route, body, owner) => {
    api.routes[route] = () => ({ body });
    expect(await executor().replicas(NAME)).toMatchObject({ owner });
  });

  it.each([
    ['the deployment', DEPLOYMENT, { status: 403, body: { message: 'forbidden' } }, /lacks the right/],
    ['who owns the replicas', AUTOSCALERS, { status: 403 }, /lacks the right/],
    ['autoscalers of an API that is missing', AUTOSCALERS, { status: 404 }, /HTTP status 404/],
    ['scaled objects', SCALED_OBJECTS, { status: 403 }, /lacks the right/],
    ['anything', DEPLOYMENT, { body: { kind: 'Status' } }, /none that could be understood/],
  ])('does not know the state where it may not read %s', async (_, route, reply, reason) => {
    api.routes[route] = () => reply;
    const reading = executor().replicas(NAME);
    await expect(reading).rejects.toThrow(DeviceUnreadableError);
    await expect(reading).rejects.toThrow(reason);
  });

  it('says what is missing where nothing is configured, or can not be read', async () => {
    expect(await new KubernetesExecutor(null).unavailable()).toMatch(/not configured/);
    const broken = new KubernetesExecutor(settings(), () => Promise.reject(new Error('no such file')));
    expect(await broken.unavailable()).toMatch(/no such file/);
    await expect(broken.replicas(NAME)).rejects.toThrow(DeviceUnreadableError);
    expect(await broken.scale(NAME, 2, 3)).toMatchObject({ isAccepted: false, isDefinite: true });
  });
});
