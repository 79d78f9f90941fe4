import type { KubernetesDeployment } from '@app/config';
import type { CandidateAction, DeviceState, EffectReach, Finding, Prediction, Snapshot } from '@app/core';
import type { Action, ActionParameters, ActionTask, ExecutionOutput, Precondition, ProposalResult } from '../action.js';
import type { DeploymentName, KubernetesExecutor, ReplicaState } from '../executors/kubernetes.executor.js';
import { engineForFinding } from './engine-subject.js';
import { condition, impossible, isImpossible, proposed } from './proposals.js';
import { reachOfEngines, reachOfHost } from './reach.js';
import { ITL_GUARD, TTFT_GUARD, WAITING_TARGET } from './watched-signals.js';

type Change = 1 | -1;

/** A replica more or less. Loading a model takes minutes, so it is ready late. */
export class K8sScaleAction implements Action {
  readonly type = 'k8s-scale';
  /** That of taking one away, for both ways; policy may say less. Adding again after six minutes is what KEDA does. */
  readonly coolDownSeconds = 1800;
  readonly settleSeconds = 30;
  readonly minimumWindowSeconds = 0;
  readonly executeWithinMs = 30_000;
  readonly verifyWithinMs = 15 * 60_000;
  readonly watched = [WAITING_TARGET, TTFT_GUARD, ITL_GUARD];

  constructor(private readonly kubernetes: KubernetesExecutor) {}

  unavailable(): Promise<string | null> {
    return this.kubernetes.unavailable();
  }

  propose({ parameters }: CandidateAction, finding: Finding, snapshot: Snapshot): ProposalResult {
    const replicaChange = changeIn(parameters);
    if (replicaChange === null) return impossible('whether one more or one less is wanted is not known');
    const found = this.deploymentFor(parameters, finding, snapshot);
    if (isImpossible(found)) return found;
    const { namespace, deployment } = found;
    const { subject } = finding;
    const verb = replicaChange === 1 ? 'add' : 'remove';
    return proposed({
      subject,
      members: [subject.id],
      parameters: { namespace, deployment, replicaChange },
      preview: `${verb} one replica of deployment ${namespace}/${deployment} (spec.replicas ${replicaChange === 1 ? '+' : '-'}1, within ${found.minReplicas} and ${found.maxReplicas})`,
      expected: replicaChange === 1 ? MORE_ROOM : null,
    });
  }

  preconditions({ parameters }: ActionTask): readonly Precondition[] {
    const isConfigured = this.find(nameIn(parameters)) !== null;
    return [
      condition('The deployment is configured.', isConfigured),
      condition('It is one replica more or one less.', changeIn(parameters) !== null),
    ];
  }

  reach({ parameters }: ActionTask, snapshot: Snapshot): EffectReach {
    const engines = this.find(nameIn(parameters))?.engines ?? [];
    return engines.length === 0 ? reachOfHost(snapshot) : reachOfEngines(engines, snapshot);
  }

  async read({ parameters }: ActionTask): Promise<DeviceState> {
    return { ...(await this.kubernetes.replicas(nameIn(parameters))) };
  }

  isReached(state: DeviceState, { parameters }: ActionTask, before: DeviceState): boolean {
    const [now, then] = [replicasIn(state), replicasIn(before)];
    return now.replicas === then.replicas + (changeIn(parameters) ?? Number.NaN) && now.readyReplicas >= now.replicas;
  }

  async execute({ parameters }: ActionTask, before: DeviceState): Promise<ExecutionOutput> {
    const { replicas, owner } = replicasIn(before);
    if (owner !== null) {
      const text = `${owner} sets the number of replicas; change its bounds instead. Nothing was changed.`;
      return { isAccepted: false, isDefinite: true, text };
    }
    return this.kubernetes.scale(nameIn(parameters), replicas, replicas + (changeIn(parameters) ?? Number.NaN));
  }

  readonly undo = ({ parameters }: ActionTask, before: DeviceState): Promise<ExecutionOutput> => {
    const { replicas } = replicasIn(before);
    return this.kubernetes.scale(nameIn(parameters), replicas + (changeIn(parameters) ?? Number.NaN), replicas);
  };

  isRestored(state: DeviceState, before: DeviceState): boolean {
    const [now, then] = [replicasIn(state), replicasIn(before)];
    return now.replicas === then.replicas && now.readyReplicas >= Math.min(then.readyReplicas, then.replicas);
  }

  inverse({ parameters }: ActionTask): CandidateAction {
    const { namespace, deployment } = nameIn(parameters);
    const change = changeIn(parameters);
    return { type: this.type, parameters: { namespace, deployment, replicaChange: change === 1 ? -1 : 1 } };
  }

  private deploymentFor(
    parameters: ActionParameters,
    finding: Finding,
    snapshot: Snapshot,
  ): KubernetesDeployment | ReturnType<typeof impossible> {
    if (parameters['deployment'] !== undefined) {
      const name = nameIn(parameters);
      return this.find(name) ?? impossible(`deployment ${name.namespace}/${name.deployment} is not configured`);
    }
    const engine = engineForFinding(finding, snapshot);
    const candidates = this.kubernetes.deployments.filter(
      ({ engines }) => engines.length === 0 || (!isImpossible(engine) && engines.includes(engine.id)),
    );
    const [only, ...others] = candidates;
    if (only === undefined) return impossible(`no configured deployment runs ${finding.subject.label}`);
    return others.length === 0 ? only : impossible(`which of ${candidates.length} deployments is meant is not known`);
  }

  private find({ namespace, deployment }: DeploymentName): KubernetesDeployment | null {
    const { deployments } = this.kubernetes;
    return deployments.find((each) => each.namespace === namespace && each.deployment === deployment) ?? null;
  }
}

const MORE_ROOM: Prediction = {
  signal: WAITING_TARGET.signal,
  direction: 'down',
  changeRatio: null,
  basis: 'Another replica takes its share of what waits.',
};

function changeIn({ replicaChange }: ActionParameters): Change | null {
  return replicaChange === 1 || replicaChange === -1 ? replicaChange : null;
}

function nameIn({ namespace, deployment }: ActionParameters): DeploymentName {
  return { namespace: String(namespace), deployment: String(deployment) };
}

function replicasIn(state: DeviceState): ReplicaState {
  return state as unknown as ReplicaState;
}
