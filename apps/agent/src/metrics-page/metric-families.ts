export const METRIC_PREFIX = 'resource_agent_';

export type MetricType = 'gauge' | 'counter' | 'histogram';

export interface MetricFamily {
  /** Without the prefix. */
  readonly name: string;
  readonly type: MetricType;
  readonly unit: 'seconds' | 'bytes' | 'tokens' | 'dollars' | 'points' | 'boolean' | 'count';
  readonly labels: readonly string[];
  readonly help: string;
}

function family(
  name: string,
  type: MetricType,
  unit: MetricFamily['unit'],
  labels: readonly string[],
  help: string,
): MetricFamily {
  return { name, type, unit, labels, help };
}

/**
 * Every family of the page. The values of all labels come from closed sets or from the configuration, never from what
 * was read, so that no host can fill somebody's Prometheus.
 */
export const METRIC_FAMILIES = {
  buildInfo: family('build_info', 'gauge', 'boolean', ['version'], 'Version of the agent; always 1.'),
  partReadable: family('part_readable', 'gauge', 'boolean', ['part'], '1 if this part of the page could be read.'),

  processCpu: family('process_cpu_seconds_total', 'counter', 'seconds', [], 'CPU time of the agent itself.'),
  processMemory: family('resident_memory_bytes', 'gauge', 'bytes', [], 'Resident memory of the agent itself.'),
  children: family('child_processes', 'gauge', 'count', [], 'Direct child processes now.'),
  childCpu: family(
    'child_cpu_seconds_total',
    'counter',
    'seconds',
    [],
    'CPU time of direct child processes, those that ended and were waited for included.',
  ),
  childMemory: family('child_resident_memory_bytes', 'gauge', 'bytes', [], 'Resident memory of direct children now.'),
  eventLoopDelay: family(
    'event_loop_delay_seconds',
    'gauge',
    'seconds',
    ['quantile'],
    'How late the event loop was over the last one to two minutes, looked at once a second.',
  ),

  sourceCollections: family(
    'source_collections_total',
    'counter',
    'count',
    ['source', 'status'],
    'Readings of a source since the agent started, by how they went.',
  ),
  sourceDuration: family(
    'source_duration_seconds',
    'histogram',
    'seconds',
    ['source'],
    'How long the readings of a source took.',
  ),
  sourceLastSuccess: family(
    'source_last_success_timestamp_seconds',
    'gauge',
    'seconds',
    ['source'],
    'Unix time of the last reading that gave data.',
  ),
  sourceProcesses: family(
    'source_child_processes_total',
    'counter',
    'count',
    ['source'],
    'Child processes that the readings of a source started.',
  ),
  sourceChildCpu: family(
    'source_child_cpu_seconds_total',
    'counter',
    'seconds',
    ['source'],
    'CPU time of the child processes of a source.',
  ),

  runs: family(
    'runs_total',
    'counter',
    'count',
    ['status'],
    'Ended runs in the store, by status; goes down when the retention deletes old ones.',
  ),
  runsActive: family('runs_active', 'gauge', 'count', [], 'Runs at work now.'),
  runsQueued: family('runs_queued', 'gauge', 'count', [], 'Runs that wait for their target.'),
  runsAwaitingApproval: family('runs_awaiting_approval', 'gauge', 'count', [], 'Runs that wait for a person.'),
  stageDuration: family(
    'run_stage_duration_seconds',
    'histogram',
    'seconds',
    ['stage', 'status'],
    'How long the stages of runs took, since the agent started.',
  ),

  actions: family(
    'actions_total',
    'counter',
    'count',
    ['type', 'phase'],
    'Ended actions in the journal, by type and end; goes down when the retention deletes old ones.',
  ),
  actionsUnderWay: family(
    'actions_under_way',
    'gauge',
    'count',
    ['type'],
    'Actions that were begun and have not come to their end.',
  ),
  actionEffects: family(
    'action_effects_total',
    'counter',
    'count',
    ['type', 'verdict'],
    'Watched effects of actions in the store, by what they were judged to be.',
  ),
  killSwitch: family('kill_switch_engaged', 'gauge', 'boolean', [], '1 while the kill switch stops every change.'),
  targetFrozen: family(
    'target_frozen',
    'gauge',
    'boolean',
    ['target'],
    '1 while nothing may be changed on the target.',
  ),

  targets: family('targets', 'gauge', 'count', [], 'Targets that are watched.'),
  simulated: family('simulated', 'gauge', 'boolean', ['target'], '1 if a source marks itself as simulated.'),
  healthScore: family('health_score', 'gauge', 'points', ['target'], 'Health score of the target, 0 to 100.'),
  findings: family(
    'findings',
    'gauge',
    'count',
    ['rule', 'severity', 'state', 'subject_kind'],
    'Current findings; no series where a rule has found nothing.',
  ),

  storeSize: family('store_size_bytes', 'gauge', 'bytes', [], 'Size of the store on disk.'),
  storeLimit: family('store_size_limit_bytes', 'gauge', 'bytes', [], 'Size above which the retention deletes.'),
  storeRuns: family('store_runs', 'gauge', 'count', [], 'Runs in the store.'),
  historyFrames: family('store_history_frames', 'gauge', 'count', [], 'Frames of the history in the store.'),

  llmTokens: family('llm_tokens_used_today', 'gauge', 'tokens', [], 'Tokens spent on the model this UTC day.'),
  llmBudget: family('llm_daily_token_budget', 'gauge', 'tokens', [], 'Tokens that may be spent on a UTC day.'),
  llmInsights: family(
    'llm_insights_total',
    'counter',
    'count',
    ['outcome'],
    'Insights that a model was wanted for since the agent started, by what came of it.',
  ),
  llmAttempts: family('llm_attempts_total', 'counter', 'count', [], 'Requests that were sent to the model service.'),
  llmTokensTotal: family(
    'llm_tokens_total',
    'counter',
    'tokens',
    ['kind'],
    'Tokens that the model service counted, of prompts and of completions.',
  ),
  llmCost: family('llm_cost_dollars_total', 'counter', 'dollars', [], 'List price of those tokens.'),
  llmCacheLookups: family(
    'llm_cache_lookups_total',
    'counter',
    'count',
    ['result'],
    'Looks for an earlier answer about the same situation.',
  ),
  llmCircuit: family(
    'llm_circuit_state',
    'gauge',
    'boolean',
    ['state'],
    '1 for the state of the circuit to the model.',
  ),
} as const satisfies Readonly<Record<string, MetricFamily>>;

export type MetricFamilyKey = keyof typeof METRIC_FAMILIES;
