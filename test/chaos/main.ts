import { RUN_STAGES } from '@app/core';
import { runChaos } from './chaos.js';

const KILLS = Number(process.env['CHAOS_KILLS'] ?? 200);
const SEED = Number(process.env['CHAOS_SEED'] ?? 1);
const LANES = 2;
/** A kill that changed nothing tests little: in at least so many runs the device has to have been set. */
const LEAST_APPLIED_SHARE = 0.5;
const PROGRESS_EVERY = 20;

// Interrupted, the exit handlers end the agents and remove the files.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const begunAtMs = Date.now();
let said = 0;
const tally = await runChaos({
  ...{ seed: SEED, kills: KILLS, lanes: LANES },
  onRun: ({ kills, runs, violations }) => {
    if (kills < said + PROGRESS_EVERY) return;
    said = kills;
    say(`${kills} kills, ${runs} runs, ${violations.length} violations`);
  },
});

for (const violation of tally.violations) say(`\n${violation}`);
say(`\n${tally.describe()}`);
const missed = RUN_STAGES.filter((stage) => !tally.stagesWithKills().includes(stage));
const complaints = [
  ...(tally.violations.length > 0 ? [`${tally.violations.length} violations`] : []),
  ...(tally.kills < KILLS ? [`only ${tally.kills} of ${KILLS} kills`] : []),
  ...(tally.appliedShare < LEAST_APPLIED_SHARE ? ['too few runs in which an action took effect'] : []),
  ...(tally.lateSettings === 0 ? ['no setting came after a restart'] : []),
  ...(missed.length > 0 ? [`no kill in: ${missed.join(', ')}`] : []),
];
say(
  `seed ${SEED}, ${Math.round((Date.now() - begunAtMs) / 1000)} s: ${complaints.join('; ') || 'every invariant held'}`,
);
if (complaints.length > 0) process.exitCode = 1;
