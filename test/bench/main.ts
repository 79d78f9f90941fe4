import { analysisTopic } from './analysis.bench.js';
import { approvalTopic } from './approval.bench.js';
import { keepsItsBound, say, sentenceOf, type Figure } from './figure.js';
import { parsersTopic } from './parsers.bench.js';
import { readsTopic } from './reads.bench.js';
import { samplingTopic } from './sampling.bench.js';
import { serviceTopic } from './service.bench.js';
import { simulatorTopic } from './simulator.bench.js';

const TOPICS = [parsersTopic, serviceTopic, readsTopic, samplingTopic, analysisTopic, simulatorTopic, approvalTopic];

/** All topics, or those named on the command line. */
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !TOPICS.some((topic) => topic.name === name));
if (unknown.length > 0) {
  throw new Error(`unknown: ${unknown.join(', ')}; there are: ${TOPICS.map(({ name }) => name).join(', ')}`);
}
const figures: Figure[] = [];
for (const topic of TOPICS) {
  if (asked.length > 0 && !asked.includes(topic.name)) continue;
  say(`\n${topic.name}`);
  const measured = await topic.measure();
  if (!measured.some(({ bound }) => bound !== null)) throw new Error(`${topic.name} measured nothing`);
  for (const figure of measured) say(sentenceOf(figure));
  figures.push(...measured);
}
const missed = figures.filter((figure) => !keepsItsBound(figure)).length;
say(`\n${figures.length} figures, ${missed} missed`);
if (missed > 0) process.exitCode = 1;
