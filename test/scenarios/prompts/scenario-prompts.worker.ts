import { parentPort, workerData } from 'node:worker_threads';
import { SCENARIOS } from '../scenarios.js';
import { scenarioPrompts } from './scenario-prompts.js';

/** Of the scenarios every so many-th, in a thread of its own: code that the test runner loads is half as fast. */
const { everyNth } = workerData as { readonly everyNth: number };
parentPort?.postMessage(await scenarioPrompts(SCENARIOS.filter((_, index) => index % everyNth === 0)));
