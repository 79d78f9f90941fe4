/** Verbs that change something, with what they are done to in the actions that do it. */
export interface ActionWords {
  /** Types of actions, as they begin. */
  readonly types: RegExp;
  readonly verbs: RegExp;
  /** What has to be named; `it` and names of devices do as well. */
  readonly objects: RegExp;
}

const verbs = (words: string): RegExp => new RegExp(`^(?:${words})$`);
const CHANGE =
  'chang\\w*|adjust\\w*|set|sets|setting|tun\\w+|review\\w*|configur\\w*|reconfigur\\w*|revis\\w*|modif\\w*';
const UP = 'rais\\w+|increas\\w+|enlarg\\w+|grow\\w*|expand\\w*|extend\\w*|allow\\w*|give|gives|giving|lift\\w*';
const DOWN =
  'lower\\w*|reduc\\w+|decreas\\w+|shrink\\w*|limit\\w*|cap|caps|capped|capping|cut|cuts|cutting|shorten\\w*';
const ON = 'enabl\\w+|switch\\w*|turn\\w*|activat\\w+';
const ENGINE = /engine|vllm|sglang|server|serving|model|it\b|instance|replica|backend|process|·/;

/** What a start flag is called, by the end of its action's type. */
const FLAGS: readonly (readonly [string, RegExp])[] = [
  [
    'gpu-memory-utilization|mem-fraction-static',
    /gpu memory|memory (?:share|fraction|utili)|share of|kv (?:cache|room|blocks)|memory-utili|mem-fraction/,
  ],
  [
    'max-num-seqs|max-running-requests',
    /sequences|concurren|max-num-seqs|running requests|requests (?:run|at a time)|cap\b|batch/,
  ],
  ['max-num-batched-tokens|chunked-prefill-size|long-prefill', /tokens|step|prefill|prompts|batch|chunk/],
  ['kv-cache-dtype', /kv cache|type|precision|fp8/],
  ['max-model-len', /length|context|max-model-len/],
  ['tensor-parallel-size|pipeline-parallel-size', /parallel|gpus per|split/],
  ['api-server-count', /server|front|api|process/],
  ['max-loras', /lora|adapter/],
  ['quantization', /quanti|checkpoint|weights|precision/],
  ['schedule-conservativeness', /conservative|schedul/],
];

function configWords(): ActionWords[] {
  const doing = verbs(`${UP}|${DOWN}|${CHANGE}|us\\w+|serv\\w+|stor\\w+|split\\w*|add\\w*|switch\\w*`);
  return FLAGS.map(([flags, objects]) => ({
    types: new RegExp(`^(?:vllm|sglang)-config:(?:${flags})`),
    verbs: doing,
    objects: new RegExp(`·|${objects.source}`),
  }));
}

/** Who is told to change one of these is told of no other action. */
export const EXCLUSIVE_OBJECTS: readonly (readonly [RegExp, RegExp])[] = [
  [/\bpower (?:limit|cap)|\bwatts?\b/, /power|brake|notify/],
  [/\b(?:sm|graphics|memory|gpu|core) clocks?\b|\bclock (?:lock|limit|cap)/, /clock/],
  [/\becc\b|error correction/, /ecc/],
  [/\bpersistence\b/, /persistence/],
  [/\bmig\b/, /mig/],
  [/\bprefix[- ]cach/, /prefix|sglang-flush|router|lmcache|kv-transfer/],
  [/\bsleep mode\b/, /sleep/],
  [/\b(?:operating system|kernel|bios|firmware|os)\b/, /^host-fix-driver$/],
  [/\bweights\b/, /quanti|sleep|wake|release|resume/],
];

export const ACTION_WORDS: readonly ActionWords[] = [
  { types: /^gpu-set-power-limit/, verbs: verbs(`${CHANGE}|${DOWN}`), objects: /power|limit|watt|cap/ },
  {
    types: /^gpu-restore-power-limit/,
    verbs: verbs(
      `restor\\w+|rais\\w+|increas\\w+|lift\\w*|set|setting|reset\\w*|return\\w*|remov\\w+|put|undo|revert\\w*`,
    ),
    objects: /power|limit|watt|cap|default/,
  },
  {
    types: /^gpu-lock-(?:memory-)?clocks/,
    verbs: verbs(`lock\\w*|bound|pin\\w*|${DOWN}|${CHANGE}`),
    objects: /clock|frequency/,
  },
  {
    types: /^gpu-reset-clocks/,
    verbs: verbs('releas\\w+|reset\\w*|unlock\\w*|remov\\w+|free\\w*|lift\\w*|rais\\w+|restor\\w+|clear\\w*'),
    objects: /clock|lock|frequency/,
  },
  { types: /^gpu-persistence-on/, verbs: verbs(`${ON}|set|keep\\w*`), objects: /persistence/ },
  {
    types: /^gpu-compute-mode-default/,
    verbs: verbs(`set|setting|restor\\w+|chang\\w+|switch\\w*|reset\\w*|return\\w*|put`),
    objects: /compute mode|mode/,
  },
  {
    types: /^gpu-drain/,
    verbs: verbs('drain\\w*|stop\\w*|tak\\w+|mov\\w+'),
    objects: /gpu|device|·|it\b|engine|traffic|requests|work/,
  },
  { types: /^gpu-reset$/, verbs: verbs('reset\\w*'), objects: /gpu|device|·|it\b|card/ },
  { types: /^gpu-ecc-enable/, verbs: verbs(ON), objects: /ecc|error correction/ },
  { types: /^gpu-mig/, verbs: verbs(`${CHANGE}|split\\w*|partition\\w*`), objects: /mig|instance|layout/ },
  {
    types: /^(?:host-kill-process)/,
    verbs: verbs('end\\w*|kill\\w*|stop\\w*|terminat\\w+|mov\\w+|remov\\w+'),
    objects: /process|job|it\b|program|·/,
  },
  {
    types: /^host-free-disk/,
    verbs: verbs('free\\w*|remov\\w+|delet\\w+|clean\\w*|clear\\w*|lower\\w*|mov\\w+|enlarg\\w+|make|making'),
    objects: /disk|space|snapshots?|logs?|images?|files?|filesystem|room/,
  },
  {
    types: /^host-fix-time/,
    verbs: verbs('repair\\w*|fix\\w*|start\\w*|synchroni\\w+|correct\\w*|restor\\w+|set'),
    objects: /clock|time|synchroni/,
  },
  {
    types: /^host-fix-driver/,
    verbs: verbs('repair\\w*|fix\\w*|reload\\w*|align\\w*|reboot\\w*|updat\\w+|install\\w*|reinstall\\w*|restart\\w*'),
    objects: /driver|kernel|librar|fabric|host|machine|module/,
  },
  {
    types: /^host-tune/,
    verbs: verbs(`${CHANGE}|pin\\w*|bind\\w*|mov\\w+|tun\\w+`),
    objects: /process|cpu|numa|governor|i\/o|host|node|engine|swap|memory/,
  },
  {
    types: /^k8s-scale/,
    verbs: verbs(`scal\\w+|add\\w*|remov\\w+|${UP}|${DOWN}|${CHANGE}`),
    objects: /replica|deployment|engine|pod|capacity|rout/,
  },
  { types: /^k8s-(?:cordon|uncordon)/, verbs: verbs('cordon\\w*|uncordon\\w*|keep\\w*'), objects: /node|pods?|host|·/ },
  { types: /^k8s-drain/, verbs: verbs('drain\\w*|evict\\w*'), objects: /node|pods?|host|·/ },
  { types: /^k8s-rollout-restart/, verbs: verbs('restart\\w*'), objects: /deployment|pods?|engine|·/ },
  {
    types: /^k8s-patch-resources/,
    verbs: verbs(`${UP}|${CHANGE}|patch\\w*|remov\\w+`),
    objects: /cpu|memory|limits?|requests?|resources?|manifest|core/,
  },
  {
    types: /^router-remove-backend/,
    verbs: verbs('remov\\w+|tak\\w+|stop\\w*|send\\w*|drain\\w*|divert\\w*|rout\\w+|keep\\w*'),
    objects: /router|backend|requests|traffic|·|rotation/,
  },
  {
    types: /^router-restore-backend/,
    verbs: verbs('put|add\\w*|restor\\w+|send\\w*|rout\\w+|return\\w*'),
    objects: /router|backend|requests|traffic|·|rotation/,
  },
  {
    types: /^router-rebalance/,
    verbs: verbs(
      `${CHANGE}|spread\\w*|rebalanc\\w+|balanc\\w+|mov\\w+|shift\\w*|redistribut\\w+|rout\\w+|send\\w*|distribut\\w+`,
    ),
    objects: /rout|requests|load|traffic|replica|policy|work/,
  },
  {
    types: /^(?:vllm-restart|k8s-rollout-restart)/,
    verbs: verbs('restart\\w*|start\\w*|drain\\w*|relaunch\\w*'),
    objects: ENGINE,
  },
  { types: /^lmcache-restart/, verbs: verbs('restart\\w*'), objects: /lmcache|cache|engine|it\b|·/ },
  {
    types: /^(?:vllm-sleep|sglang-release-memory)/,
    verbs: verbs('put|sleep\\w*|releas\\w+|free\\w*|paus\\w+|give|giving|send\\w*'),
    objects: /sleep|memory|engine|·|replica|it\b/,
  },
  {
    types: /^(?:vllm-wake|vllm-resume|sglang-resume)/,
    verbs: verbs('wak\\w+|resum\\w+|tak\\w+|unpaus\\w+'),
    objects: ENGINE,
  },
  { types: /^vllm-pause/, verbs: verbs('paus\\w+|stop\\w*'), objects: ENGINE },
  {
    types: /^(?:vllm-reset-prefix-cache|sglang-flush|lmcache-(?:clear|controller-clear|mp-clear))/,
    verbs: verbs('reset\\w*|flush\\w*|clear\\w*|empt\\w+|delet\\w+|purg\\w+'),
    objects: /cache|tier|prefix|it\b/,
  },
  { types: /^vllm-lora/, verbs: verbs('load\\w*|unload\\w*|remov\\w+|add\\w*'), objects: /adapter|lora/ },
  {
    types: /^lmcache-bypass/,
    verbs: verbs('bypass\\w*|tak\\w+|skip\\w*|put|us\\w+|disconnect\\w*'),
    objects: /backend|tier|cache|remote|it\b|·/,
  },
  { types: /^lmcache-freeze/, verbs: verbs('freez\\w+|unfreez\\w+|stop\\w*'), objects: /cache|stores?/ },
  {
    types: /^lmcache-(?:config|mp-quota)/,
    verbs: verbs(`${UP}|${DOWN}|${CHANGE}|mov\\w+|bind\\w*|add\\w*|remov\\w+|skip\\w*|us\\w+|replac\\w+`),
    objects: /chunk|tier|size|cache|eviction|policy|retriev|remote|backend|disk|quota|numa|memory|capacity/,
  },
  { types: /^vllm-config:enable-prefix-caching/, verbs: verbs(`${ON}|us\\w+`), objects: /cach/ },
  { types: /^vllm-config:enable-sleep-mode/, verbs: verbs(`${ON}|us\\w+`), objects: /sleep/ },
  {
    types: /^vllm-config:kv-transfer/,
    verbs: verbs(`${ON}|us\\w+|connect\\w*|add\\w*`),
    objects: /lmcache|connector|tier|host memory/,
  },
  {
    types: /^vllm-config:speculative/,
    verbs: verbs(`${ON}|us\\w+|disabl\\w+|stop\\w*|${DOWN}|${CHANGE}|draft\\w*`),
    objects: /speculat|draft/,
  },
  ...configWords(),
  {
    types: /^open-rma-ticket/,
    verbs: verbs('replac\\w+|order\\w*|open\\w*|prepar\\w+|swap\\w*|exchang\\w+'),
    objects: /gpu|hardware|ticket|replacement|part|fan|·|rma|board|card|cable/,
  },
  {
    types: /^notify-oncall/,
    verbs: verbs('replac\\w+|repair\\w*|clean\\w*|fix\\w*|notif\\w+|reseat\\w*|call\\w*|contact\\w*|escalat\\w+|page'),
    objects: /person|on-?call|operator|hardware|cooling|cable|power|fan|air|someone|team|link|board|supply/,
  },
];

/** Verbs that are done to a machine. Reading, checking, comparing and planning are free. */
export const ACTING =
  /\b(?:restart|reboot|reset|kill|terminat\w+|drain|cordon|uncordon|evict|delet\w+|disabl\w+|deactivat\w+|downgrad\w+|upgrad\w+|reinstall\w*|uninstall\w*|install|patch|flash|updat\w+|scal\w+|shut\w*|power[- ]?cycl\w*|unplug|replac\w+|remov\w+|reload|unload|wip\w+|format\w*|eras\w+|purg\w+|flush\w*|clear|empty|overclock\w*|undervolt\w*|underclock\w*|lower|rais\w+|increas\w+|reduc\w+|decreas\w+|enabl\w+|switch|turn|stop|start|suspend|paus\w+|resum\w+|wak\w+|put|lock|unlock|releas\w+|restor\w+|revert\w*|roll(?:ing)? back|migrat\w+|mov\w+|reconfigur\w+|repair|fix|swap|buy|purchas\w+|order|add|bypass|freez\w+|unfreez\w+|rebalanc\w+|redistribut\w+|divert\w*|repartition\w*|set|tun\w+|adjust|chang\w+|cap|pin|limit|deploy\w*|redeploy\w*|terminate|detach|reseat|fail over|decommission\w*|retir\w+|quarantin\w+|isolat\w+|override|force|unmount|overwrit\w+|execut\w+|run (?:the|a)|invok\w+|apply|throttle|end)\b/g;
