const lib = (name) => `^libs/${name}/`;
/** A library may import itself, npm packages and the libraries named here. */
const allowed = {
  core: [],
  config: ['core'],
  metrics: ['core', 'config'],
  analysis: ['core'],
  llm: ['core', 'config'],
  actions: ['core', 'config'],
  persistence: ['core', 'config'],
  workflow: ['core', 'config', 'metrics', 'analysis', 'llm', 'actions', 'persistence'],
};
const spec = '\\.(spec|e2e-spec|int-spec)\\.ts$';

module.exports = {
  forbidden: [
    ...Object.entries(allowed).map(([name, may]) => ({
      name: `${name}-boundary`,
      comment: `libs/${name} may import: ${may.join(', ') || 'no library of ours'}`,
      severity: 'error',
      from: { path: lib(name), pathNot: spec },
      to: { path: '^(libs|apps)/', pathNot: `^libs/(${[name, ...may].join('|')})/` },
    })),
    {
      name: 'simulator-boundary',
      comment: 'the simulator shows what real parts show: it knows no rule, no threshold and nothing else of the agent',
      severity: 'error',
      from: { path: '^apps/simulator/', pathNot: spec },
      to: { path: '^(libs|apps)/', pathNot: '^(apps/simulator|libs/core)/' },
    },
    {
      name: 'simulator-is-imported-by-nobody',
      comment: 'the agent reads it as it reads a real host; only builders and tests may use its parts',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: `(^apps/simulator/)|(^libs/testing/)|(${spec})` },
      to: { path: '^apps/simulator/' },
    },
    {
      name: 'testing-only-in-specs',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: `(${spec})|(^libs/testing/)|(\\.contract\\.ts$)` },
      to: { path: lib('testing') },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    ...[
      ['groq-only-in-llm', '@langchain/groq', '^libs/llm/'],
      ['langgraph-only-in-workflow', '@langchain/langgraph(/|$)', '^libs/workflow/'],
      ['savers-only-in-persistence', '@langchain/langgraph-checkpoint-(sqlite|postgres)', '^libs/persistence/'],
      ['nvidia-smi-only-in-metrics', 'node_modules/node-nvidia-smi', '^libs/metrics/'],
      ['express-only-in-agent', 'node_modules/express(-rate-limit)?/', '^apps/agent/'],
      ['sqlite-only-in-persistence', 'node_modules/(better-sqlite3|kysely)/', '^libs/persistence/'],
      ['kubernetes-only-in-actions', 'node_modules/@kubernetes/', '^libs/actions/src/executors/'],
    ].map(([name, to, from]) => ({
      name,
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: `(${from})|(${spec})|(^libs/testing/)` },
      to: { path: to },
    })),
    {
      name: 'child-processes-in-one-place',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: `(^libs/metrics/)|(^libs/actions/src/host/)|(^libs/testing/)|(${spec})` },
      to: { path: '^(node:)?child_process$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
