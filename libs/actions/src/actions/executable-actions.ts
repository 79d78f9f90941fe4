import type { Action } from '../action.js';
import { ACTIONS } from '../catalogue/actions.js';
import { HttpExecutor } from '../executors/http.executor.js';
import { KubernetesExecutor } from '../executors/kubernetes.executor.js';
import { Notifier } from '../executors/notifier.js';
import { WebhookExecutor } from '../executors/webhook.executor.js';
import { NvidiaSmiExecutor } from '../host/nvidia-smi.executor.js';
import type { ActionDeps } from './action-deps.js';
import { CollectDiagnosticsAction } from './collect-diagnostics.action.js';
import { GpuLockClocksAction, GpuResetClocksAction } from './gpu-clocks.action.js';
import { GpuComputeModeDefaultAction } from './gpu-compute-mode-default.action.js';
import { GpuPersistenceOnAction } from './gpu-persistence-on.action.js';
import { GpuRestorePowerLimitAction, GpuSetPowerLimitAction } from './gpu-power-limit.action.js';
import { EngineHealthCheckAction, LmcacheHealthCheckAction } from './health-check.action.js';
import { K8sScaleAction } from './k8s-scale.action.js';
import { LmcacheBypassAddAction, LmcacheBypassRemoveAction } from './lmcache-bypass.action.js';
import { LmcacheClearLocalAction } from './lmcache-clear-local.action.js';
import { LmcacheFreezeOffAction, LmcacheFreezeOnAction } from './lmcache-freeze.action.js';
import { LmcacheMpQuotaSetAction } from './lmcache-mp-quota-set.action.js';
import { NotifyOncallAction } from './notify-oncall.action.js';
import { OpenRmaTicketAction } from './open-rma-ticket.action.js';
import { VllmPauseAction, VllmResumeAction } from './vllm-pause.action.js';
import { VllmResetPrefixCacheAction } from './vllm-reset-prefix-cache.action.js';
import { VllmSleepAction, VllmWakeAction } from './vllm-sleep.action.js';
import { WebhookAction } from './webhook.action.js';

/**
 * Everything that this installation can do by itself or by a webhook. What is in the catalogue and not here is text for a
 * person. SGLang's release, resume and flush are among that: it has no endpoint that tells whether its memory is released
 * or its cache was flushed, and what can't be read back is not done.
 */
export function executableActions(deps: ActionDeps): readonly Action[] {
  const own = ownActions(deps);
  // Where no cluster is configured, somebody who has one may scale for us.
  const isForWebhook = (type: string): boolean => type === 'k8s-scale' && deps.settings.kubernetes === null;
  const webhooks = webhookActions(deps, (type) => isForWebhook(type) || own.every((action) => action.type !== type));
  const taken = new Set(webhooks.map(({ type }) => type));
  return [...own.filter(({ type }) => !taken.has(type)), ...webhooks];
}

function ownActions(deps: ActionDeps): readonly Action[] {
  const { settings } = deps;
  const smi = new NvidiaSmiExecutor(deps.environment === undefined ? {} : { environment: deps.environment });
  const engines = new HttpExecutor(settings.sources.engineUrls);
  const caches = new HttpExecutor(settings.sources.lmcacheUrls);
  return [
    new CollectDiagnosticsAction({ smi, engines, caches }, deps),
    new EngineHealthCheckAction(engines),
    new LmcacheHealthCheckAction(caches),
    new NotifyOncallAction(new Notifier(deps)),
    new OpenRmaTicketAction(smi, deps),
    new GpuSetPowerLimitAction(smi, settings),
    new GpuRestorePowerLimitAction(smi, settings),
    new GpuLockClocksAction(smi, settings),
    new GpuResetClocksAction(smi, settings),
    new GpuPersistenceOnAction(smi, settings),
    new GpuComputeModeDefaultAction(smi, settings),
    new VllmSleepAction(engines),
    new VllmWakeAction(engines),
    new VllmPauseAction(engines),
    new VllmResumeAction(engines),
    new VllmResetPrefixCacheAction(engines),
    new LmcacheBypassAddAction(caches),
    new LmcacheBypassRemoveAction(caches),
    new LmcacheFreezeOnAction(caches),
    new LmcacheFreezeOffAction(caches),
    new LmcacheClearLocalAction(caches),
    new LmcacheMpQuotaSetAction(caches),
    new K8sScaleAction(new KubernetesExecutor(settings.kubernetes)),
  ];
}

/** A recommendation stays one, whoever offers to do it. */
function webhookActions(deps: ActionDeps, isOpen: (type: string) => boolean): readonly Action[] {
  const { webhooks } = deps.settings;
  const executor = new WebhookExecutor(deps);
  return ACTIONS.flatMap((definition) => {
    const webhook = Object.hasOwn(webhooks, definition.type) ? webhooks[definition.type] : undefined;
    if (webhook === undefined || definition.gate === 'recommend' || !isOpen(definition.type)) return [];
    return [new WebhookAction(definition, webhook, executor)];
  });
}
