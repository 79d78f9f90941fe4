import { inLanes } from '../faults/lanes.js';
import { endProgramsOnSignals } from '../support/child-program.js';
import { type Chapter, CHAPTERS, perform, type Row } from './scene.js';
import { SCENES } from './scenes.js';
import { AGENT_SETTINGS, BASE_CONFIG, HOST_OPTIONS } from './settings.js';

/** At the same time, each on a host of its own: most of the time is waiting. */
const LANES = 3;
const TITLES: Readonly<Record<Chapter, string>> = {
  remedies: 'what can be remedied is remedied, and stays',
  faults: 'every other fault: what is done, recommended or told',
  harm: 'what harms or does not happen is noticed, and taken back',
  refusals: 'what must not be done is refused',
};

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const LONGEST_TOLD = 420;

function shortened(text: string): string {
  return text.length <= LONGEST_TOLD ? text : `${text.slice(0, LONGEST_TOLD)} …`;
}

function line({ what, expected, isMet, told }: Row): string {
  const indent = ' '.repeat(5);
  return `${isMet ? 'ok  ' : 'MISS'} ${what}\n${indent}expected: ${expected}\n${indent}told:     ${shortened(told)}`;
}

const asked = process.argv.slice(2);
const chosen = SCENES.filter(
  ({ name, chapter }) => asked.length === 0 || asked.some((word) => chapter === word || name.includes(word)),
);
if (chosen.length === 0) throw new Error(`no scene is called ${asked.join(' or ')}; chapters: ${CHAPTERS.join(', ')}`);
endProgramsOnSignals(130);

say(`simulated host: ${HOST_OPTIONS.join(' ')}`);
say(`hosts at the same time: ${LANES}`);
say(`agent: ${JSON.stringify(AGENT_SETTINGS)}`);
say(`shortened by CONFIG_FILE: ${JSON.stringify(BASE_CONFIG)}`);
const begun = performance.now();
const counts = new Map<Chapter, { rows: number; missed: number }>(
  CHAPTERS.map((name) => [name, { rows: 0, missed: 0 }]),
);
let told: Chapter | null = null;
for await (const { position, value: rows } of inLanes(
  LANES,
  chosen.map((scene) => () => perform(scene)),
)) {
  const chapter = chosen[position]?.chapter ?? 'faults';
  if (chapter !== told) say(`\n== ${chapter}: ${TITLES[chapter]}`);
  told = chapter;
  for (const row of rows) {
    const count = counts.get(chapter);
    if (count !== undefined) {
      count.rows += 1;
      count.missed += row.isMet ? 0 : 1;
    }
    say(line(row));
  }
}
const all = [...counts].filter(([, { rows }]) => rows > 0);
const missed = all.reduce((sum, [, count]) => sum + count.missed, 0);
say(`\n${all.map(([name, count]) => `${name}: ${count.rows} rows, ${count.missed} missed`).join('; ')}`);
say(`${((performance.now() - begun) / 60_000).toFixed(1)} minutes`);
if (missed > 0) process.exitCode = 1;
