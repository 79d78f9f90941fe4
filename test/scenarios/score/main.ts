import { SCENARIOS } from '../scenarios.js';
import { missedBounds } from './bounds.js';
import { missOf, tableOf } from './report.js';
import { scoreScenarios } from './score-scenario.js';
import { tallyFamilies } from './tally.js';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** All scenarios, or the families and scenarios named on the command line. */
const asked = process.argv.slice(2);
const known = new Set(SCENARIOS.flatMap(({ id, family }) => [id, family]));
const unknown = asked.filter((name) => !known.has(name));
const chosen = SCENARIOS.filter(({ id, family }) => asked.length === 0 || asked.includes(id) || asked.includes(family));
if (unknown.length > 0 || chosen.length === 0) {
  const families = [...new Set(SCENARIOS.map(({ family }) => family))].sort();
  say(`Nothing was scored: there is no ${unknown.join(', ') || 'scenario'}. Families: ${families.join(', ')}`);
  process.exitCode = 1;
} else {
  const scores = await scoreScenarios(chosen);
  const tallies = tallyFamilies(scores);
  const misses = scores.map(missOf).filter((lines) => lines.length > 0);
  for (const lines of misses) say(lines.join('\n'));
  const frames = scores.reduce((sum, score) => sum + score.frames, 0);
  say(
    `${misses.length === 0 ? '' : '\n'}${scores.length} scenarios, ${frames} frames, ${misses.length} not as they should be\n`,
  );
  say(tableOf(tallies));
  const missed = missedBounds(tallies);
  say(missed.length === 0 ? '\nevery bound is kept' : `\n${missed.join('\n')}`);
  if (missed.length > 0) process.exitCode = 1;
}
