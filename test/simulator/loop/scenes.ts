import type { Scene } from './scene.js';
import { FAULTS_ELSEWHERE } from './scenes/faults.scenes.js';
import { HARMS } from './scenes/harm.scenes.js';
import { REFUSALS } from './scenes/refusals.scenes.js';
import { REMEDIES } from './scenes/remedies.scenes.js';

/** All of them, in the order of the report. */
export const SCENES: readonly Scene[] = [...REMEDIES, ...FAULTS_ELSEWHERE, ...HARMS, ...REFUSALS];
