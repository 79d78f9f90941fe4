/** All that the loop needs of the analysis beside its own findings: whether an action did good. No rule is loaded. */
export { takeBaseline } from '../../../libs/analysis/src/effect/baseline.js';
export { judgeEffect } from '../../../libs/analysis/src/effect/judge-effect.js';
