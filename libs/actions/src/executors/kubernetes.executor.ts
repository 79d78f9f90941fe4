import type { KubernetesDeployment, Settings } from '@app/config';
import { messageOf } from '@app/core';
import { z } from 'zod';
import { DeviceUnreadableError, type ExecutionOutput } from '../action.js';
import { type HttpMethod, type HttpResult, sendHttp } from './http-request.js';
import { connectKubernetes, type KubernetesConnection } from './kubernetes-connection.js';

export type DeploymentName = Pick<KubernetesDeployment, 'namespace' | 'deployment'>;

export interface ReplicaState {
  readonly replicas: number;
  readonly readyReplicas: number;
  /** Who else sets the number, e.g. `HorizontalPodAutoscaler chat`; null for nobody. */
  readonly owner: string | null;
}

type Authorization = Awaited<ReturnType<KubernetesConnection['authorize']>>;
type KubernetesSettings = NonNullable<Settings['kubernetes']>;

const TIMEOUT_MS = 15_000;
const MAX_BYTES = 4 * 1024 * 1024;
const MERGE_PATCH = 'application/merge-patch+json';
const QUOTE_LENGTH = 300;

// An absent number is the default of its field, by the API's definition.
const deploymentSchema = z.object({
  spec: z.object({ replicas: z.number().int().min(0).default(1) }),
  status: z.object({ readyReplicas: z.number().int().min(0).default(0) }).default({ readyReplicas: 0 }),
});
const scalerSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({ scaleTargetRef: z.object({ kind: z.string().optional(), name: z.string() }) }),
    }),
  ),
});

/** Who may own the number of replicas, and whether a cluster may be without that kind. */
const SCALERS = [
  { kind: 'HorizontalPodAutoscaler', group: 'autoscaling/v2', plural: 'horizontalpodautoscalers', isOptional: false },
  { kind: 'ScaledObject', group: 'keda.sh/v1alpha1', plural: 'scaledobjects', isOptional: true },
] as const;

/** Reads and sets the replicas of the configured deployments; knows nothing else of a cluster. */
export class KubernetesExecutor {
  private connection: Promise<KubernetesConnection> | null = null;

  constructor(
    private readonly settings: KubernetesSettings | null,
    private readonly connect: (settings: KubernetesSettings) => Promise<KubernetesConnection> = connectKubernetes,
  ) {}

  get deployments(): readonly KubernetesDeployment[] {
    return this.settings?.deployments ?? [];
  }

  /** Why nothing can be done in Kubernetes; null when it can. */
  async unavailable(): Promise<string | null> {
    if (this.settings === null) return 'Kubernetes is not configured (CONFIG_FILE kubernetes).';
    if (this.deployments.length === 0) return 'No deployment is configured (CONFIG_FILE kubernetes.deployments).';
    try {
      await this.connected();
      return null;
    } catch (error) {
      return `The kubeconfig could not be used: ${messageOf(error)}`;
    }
  }

  /** @throws DeviceUnreadableError */
  async replicas(name: DeploymentName): Promise<ReplicaState> {
    const found = this.configured(name);
    if (found === null) throw new DeviceUnreadableError(`${text(name)} is not configured.`);
    const answer = await this.request('GET', pathOf('apps/v1', name.namespace, 'deployments', name.deployment));
    const { spec, status } = parsed(answer, deploymentSchema, text(name));
    return { replicas: spec.replicas, readyReplicas: status.readyReplicas, owner: await this.ownerOf(name) };
  }

  /** Refuses what policy forbids, however it came here. Its word counts for nothing until the number is read back. */
  async scale(name: DeploymentName, from: number, to: number): Promise<ExecutionOutput> {
    const found = this.configured(name);
    if (found === null) return refused(`${text(name)} is not configured; nothing was changed.`);
    if (Math.abs(to - from) !== 1)
      return refused(`From ${from} to ${to} replicas is not one step; nothing was changed.`);
    if (to < found.minReplicas || to > found.maxReplicas) {
      return refused(
        `${to} replicas is not within ${found.minReplicas} and ${found.maxReplicas}; nothing was changed.`,
      );
    }
    const path = `${pathOf('apps/v1', name.namespace, 'deployments', name.deployment)}/scale`;
    try {
      return outputOf(await this.request('PATCH', path, { spec: { replicas: to } }), text(name));
    } catch (error) {
      return refused(messageOf(error));
    }
  }

  private async ownerOf({ namespace, deployment }: DeploymentName): Promise<string | null> {
    for (const { kind, group, plural, isOptional } of SCALERS) {
      const answer = await this.request('GET', pathOf(group, namespace, plural));
      if (isOptional && answer.kind === 'answer' && answer.status === 404) continue;
      const { items } = parsed(answer, scalerSchema, `the ${plural} of ${namespace}`);
      const owner = items.find(
        ({ spec: { scaleTargetRef: ref } }) => ref.name === deployment && (ref.kind ?? 'Deployment') === 'Deployment',
      );
      if (owner !== undefined) return `${kind} ${owner.metadata.name}`;
    }
    return null;
  }

  private configured({ namespace, deployment }: DeploymentName): KubernetesDeployment | null {
    return this.deployments.find((each) => each.namespace === namespace && each.deployment === deployment) ?? null;
  }

  private async request(method: HttpMethod, path: string, patch?: unknown): Promise<HttpResult> {
    const { server, headers, agent } = await this.authorized();
    const body = patch === undefined ? undefined : JSON.stringify(patch);
    return sendHttp({
      url: `${server}${path}`,
      method,
      headers: {
        ...headers,
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': MERGE_PATCH }),
      },
      ...(body === undefined ? {} : { body }),
      ...(agent === undefined ? {} : { agent }),
      timeoutMs: TIMEOUT_MS,
      maxBytes: MAX_BYTES,
    });
  }

  private async authorized(): Promise<{ readonly server: string } & Authorization> {
    try {
      const { server, authorize } = await this.connected();
      return { server, ...(await authorize()) };
    } catch (error) {
      throw new DeviceUnreadableError(`The kubeconfig could not be used: ${messageOf(error)}`, { cause: error });
    }
  }

  private async connected(): Promise<KubernetesConnection> {
    if (this.settings === null) throw new Error('Kubernetes is not configured');
    const { settings } = this;
    this.connection ??= this.connect(settings);
    try {
      return await this.connection;
    } catch (error) {
      // Read anew next time: the file may be repaired by then.
      this.connection = null;
      throw error;
    }
  }
}

function pathOf(group: string, namespace: string, plural: string, name?: string): string {
  const end = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `/apis/${group}/namespaces/${encodeURIComponent(namespace)}/${plural}${end}`;
}

function text({ namespace, deployment }: DeploymentName): string {
  return `deployment ${namespace}/${deployment}`;
}

function refused(reason: string): ExecutionOutput {
  return { isAccepted: false, isDefinite: true, text: reason };
}

function outputOf(answer: HttpResult, what: string): ExecutionOutput {
  if (answer.kind === 'failure') {
    return { isAccepted: false, isDefinite: answer.isUnsent, text: `The API server ${answer.reason}.` };
  }
  const { status } = answer;
  if (status >= 200 && status < 300)
    return { isAccepted: true, text: `PATCH of the scale of ${what}: HTTP status ${status}.` };
  return { isAccepted: false, isDefinite: status < 500, text: `${what}: ${problemOf(status, answer.text)}` };
}

function parsed<T>(answer: HttpResult, schema: z.ZodType<T>, what: string): T {
  if (answer.kind === 'failure') throw new DeviceUnreadableError(`The API server ${answer.reason}.`);
  if (answer.status !== 200) throw new DeviceUnreadableError(`${what}: ${problemOf(answer.status, answer.text)}`);
  try {
    return schema.parse(JSON.parse(answer.text));
  } catch (error) {
    throw new DeviceUnreadableError(`${what}: the API server's answer is none that could be understood.`, {
      cause: error,
    });
  }
}

function problemOf(status: number, body: string): string {
  const hint = status === 403 ? ' The agent lacks the right; see docs/kubernetes.md.' : '';
  const line = body
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, QUOTE_LENGTH);
  return `HTTP status ${status}.${hint}${line === '' ? '' : ` It wrote: "${line}"`}`;
}
