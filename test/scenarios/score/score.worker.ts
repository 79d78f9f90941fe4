import { parentPort } from 'node:worker_threads';
import { SCENARIOS } from '../scenarios.js';
import { scoreScenarios } from './score-scenario.js';

/** Scores every scenario in a thread of its own: code that the test runner loads for its sandbox is half as fast. */
parentPort?.postMessage(await scoreScenarios(SCENARIOS));
