import { type Advice, cacheOf, engineOf, type Recommendation, word } from './recommendation.js';

function engineUrl(advice: Advice): string {
  return engineOf(advice)?.url ?? '<engine>';
}

function cacheUrl(advice: Advice): string {
  const id = cacheOf(advice)?.id ?? '';
  return /^https?:\/\/[^/]+$/.test(id) ? id : '<LMCache address>';
}

function post(url: string, path: string, body?: Readonly<Record<string, unknown>>): string {
  const data = body === undefined ? '' : ` -H 'Content-Type: application/json' -d ${word(JSON.stringify(body))}`;
  return `curl -X POST ${word(`${url}${path}`)}${data}`;
}

const tokensOf = (advice: Advice): string => {
  const body = { model: engineOf(advice)?.model ?? '<model>', prompt: advice.parameters['prompt'] ?? '<prompt>' };
  return post(engineUrl(advice), '/tokenize', body);
};

function controller(path: string, fields: string): string {
  return `curl -X POST '<LMCache controller>${path}' -H 'Content-Type: application/json' -d '{${fields}}'`;
}

const deployment = ({ parameters }: Advice): string => {
  const namespace = parameters['namespace'] === undefined ? '' : ` -n ${word(parameters['namespace'])}`;
  return `deployment/${parameters['deployment'] === undefined ? '<deployment>' : word(parameters['deployment'])}${namespace}`;
};

const nodeOf = ({ parameters, snapshot }: Advice): string => {
  const node = parameters['node'] ?? snapshot.hostname;
  return node === null || node === undefined ? '<node>' : word(node);
};

const backendOf = (advice: Advice): string =>
  String(advice.parameters['backend'] ?? engineOf(advice)?.id ?? '<backend>');
const curlTo = (method: string, url: string, path: string): string => `curl -X ${method} ${word(`${url}${path}`)}`;

export const SERVICE_COMMANDS: Readonly<Record<string, Recommendation>> = {
  'collect-diagnostics': () =>
    'nvidia-smi -q -x; nvidia-smi nvlink -s; nvidia-smi topo -m; dmesg | grep NVRM | tail -500; the /metrics pages; before any reset',
  'engine-health-check': (advice) =>
    `curl -i ${word(`${engineUrl(advice)}/health`)}; curl ${word(`${engineUrl(advice)}/v1/models`)}`,
  'lmcache-health-check': (advice) =>
    `curl ${word(`${cacheUrl(advice)}/periodic-threads-health`)}; of a server of its own: curl ${word(`${cacheUrl(advice)}/healthcheck`)}`,
  'lmcache-lookup': (advice) => `${tokensOf(advice)}, then ${controller('/lookup', '"tokens":<tokens>')}`,
  'notify-oncall': ({ subject }) => `tell the on-call person of ${subject.label}`,
  'open-rma-ticket': ({ subject }) =>
    `ask the vendor to replace ${subject.label}: serial, UUID, VBIOS and driver from nvidia-smi -q, with its ECC, remapping and Xid counts`,
  'vllm-reset-prefix-cache': (advice) => post(engineUrl(advice), '/reset_prefix_cache'),
  'vllm-sleep': (advice) =>
    `${post(engineUrl(advice), '/sleep?level=1&mode=wait')} once it is out of the router and idle`,
  'vllm-wake': (advice) => post(engineUrl(advice), '/wake_up'),
  'vllm-pause': (advice) => post(engineUrl(advice), '/pause?mode=wait'),
  'vllm-resume': (advice) => post(engineUrl(advice), '/resume'),
  'vllm-lora-load': (advice) => {
    const { loraName = '<name>', loraPath = '<path>' } = advice.parameters;
    return post(engineUrl(advice), '/v1/load_lora_adapter', { lora_name: loraName, lora_path: loraPath });
  },
  'vllm-lora-unload': (advice) =>
    post(engineUrl(advice), '/v1/unload_lora_adapter', { lora_name: advice.parameters['loraName'] ?? '<name>' }),
  'vllm-restart': (advice) =>
    `drain ${backendOf(advice)}, then kubectl rollout restart ${deployment(advice)} or systemctl restart <its unit>`,
  'sglang-flush-cache': (advice) => post(engineUrl(advice), '/flush_cache'),
  'sglang-release-memory': (advice) => post(engineUrl(advice), '/release_memory_occupation', tags(advice)),
  'sglang-resume-memory': (advice) => post(engineUrl(advice), '/resume_memory_occupation', tags(advice)),
  'lmcache-bypass-add': (advice) =>
    curlTo('PUT', cacheUrl(advice), `/bypass/add?backend_name=${parameterIn(advice, 'backendName')}`),
  'lmcache-bypass-remove': (advice) =>
    curlTo('PUT', cacheUrl(advice), `/bypass/remove?backend_name=${parameterIn(advice, 'backendName')}`),
  'lmcache-freeze-on': (advice) => curlTo('PUT', cacheUrl(advice), '/hot_cache_freeze_mode/enable'),
  'lmcache-freeze-off': (advice) => curlTo('PUT', cacheUrl(advice), '/hot_cache_freeze_mode/disable'),
  'lmcache-clear-local': (advice) =>
    curlTo('DELETE', cacheUrl(advice), `/cache/clear?locations=${parameterIn(advice, 'location')}`),
  'lmcache-controller-clear': (advice) =>
    controller(
      '/clear',
      `"instance_id":"${parameterIn(advice, 'instanceId')}","location":"${parameterIn(advice, 'location')}"`,
    ),
  'lmcache-controller-pin': (advice) =>
    `${tokensOf(advice)}, then ${controller('/pin', `"instance_id":"${parameterIn(advice, 'instanceId')}","location":"${parameterIn(advice, 'location')}","tokens":<tokens>`)}`,
  'lmcache-controller-move': (advice) => {
    const from = `["${parameterIn(advice, 'fromInstanceId')}","${parameterIn(advice, 'fromLocation')}"]`;
    const to = `["${parameterIn(advice, 'toInstanceId')}","${parameterIn(advice, 'toLocation')}"]`;
    const fields = `"old_position":${from},"new_position":${to},"tokens":<tokens>,"copy":true`;
    return `${tokensOf(advice)}, then ${controller('/move', fields)}`;
  },
  'lmcache-mp-clear': (advice) => `with every engine idle: ${post(cacheUrl(advice), '/clear-cache')}`,
  'lmcache-mp-quota-set': (advice) =>
    `curl -X PUT ${word(`${cacheUrl(advice)}/quota/${parameterIn(advice, 'cacheSalt')}`)} -H 'Content-Type: application/json' -d ${word(JSON.stringify({ limit_gb: advice.parameters['limitGb'] ?? '<GB>' }))}`,
  'lmcache-restart': (advice) =>
    `restart ${cacheUrl(advice)} through its owner once its engines are drained; in process that is the engine itself`,
  'k8s-scale': (advice) => {
    const change = advice.parameters['replicaChange'];
    const step = change === 1 ? 'one more than now' : change === -1 ? 'one less than now' : 'one more or less than now';
    return `kubectl scale ${deployment(advice)} --replicas=<${step}>; where an autoscaler owns it, change its bounds instead`;
  },
  'k8s-cordon': (advice) => `kubectl cordon ${nodeOf(advice)}`,
  'k8s-uncordon': (advice) => `kubectl uncordon ${nodeOf(advice)}`,
  'k8s-drain': (advice) => `kubectl drain ${nodeOf(advice)} --ignore-daemonsets --delete-emptydir-data=false`,
  'k8s-rollout-restart': (advice) => `kubectl rollout restart ${deployment(advice)}`,
  'k8s-patch-resources': (advice) =>
    `in the manifest of the workload: resources.requests and resources.limits of cpu and memory; to try it: kubectl set resources ${deployment(advice)} --requests=cpu=<cores>,memory=<GiB>Gi --limits=memory=<GiB>Gi`,
  'router-remove-backend': (advice) =>
    `take ${backendOf(advice)} out of the router, and see that its running requests fall to 0`,
  'router-restore-backend': (advice) => `put ${backendOf(advice)} back into the router, once its /health is 200`,
  'router-rebalance': (advice) =>
    `change the routing policy, e.g. production-stack: --routing-logic prefixaware or kvaware instead of roundrobin; now busiest: ${busiestOf(advice)}`,
};

function tags({ parameters }: Advice): Readonly<Record<string, unknown>> {
  return { tags: parameters['tag'] === undefined ? ['kv_cache', 'weights'] : [parameters['tag']] };
}

/** For a place where `given` would quote once more. */
function parameterIn({ parameters }: Advice, name: string): string {
  return parameters[name] === undefined ? `<${name}>` : encodeURIComponent(String(parameters[name]));
}

function busiestOf({ snapshot }: Advice): string {
  const waiting = snapshot.engines.map(({ id, requestsWaiting }) => ({ id, waiting: requestsWaiting ?? 0 }));
  const [first] = waiting.sort((a, b) => b.waiting - a.waiting);
  return first === undefined ? 'not known' : `${first.id} with ${first.waiting} waiting requests`;
}
