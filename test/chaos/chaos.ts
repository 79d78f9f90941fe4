import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type AgentImage, makeAgentImage } from './agent-image.js';
import { AlertInbox } from './alert-inbox.js';
import { Lane } from './lane.js';
import { seededRandom } from './random.js';
import { Tally } from './tally.js';

export interface ChaosOptions {
  readonly seed: number;
  readonly kills: number;
  /** Agents at the same time, each with a device and a store of its own. */
  readonly lanes: number;
  readonly onRun?: (tally: Tally) => void;
}

/** So many runs per kill at most: kills that come too late for their run must not go on for ever. */
const MOST_RUNS_PER_KILL = 3;

/** Runs until so many agents were killed. Leaves no file and no process behind. */
export async function runChaos({ seed, kills, lanes, onRun }: ChaosOptions): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-'));
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.once('exit', removeFolder);
  const alerts = await AlertInbox.open();
  const tally = new Tally();
  try {
    const image = await warmImage(folder);
    const work = Array.from({ length: lanes }, async (_, index) => {
      const random = seededRandom(seed * 1_000 + index);
      const name = `seed ${seed}, lane ${index}`;
      const lane = await Lane.open({ folder: join(folder, `lane-${index}`), image, alerts, random, tally, name });
      try {
        while (tally.kills < kills && tally.runs < kills * MOST_RUNS_PER_KILL) {
          await lane.run();
          onRun?.(tally);
        }
      } finally {
        await lane.close();
      }
    });
    const ends = await Promise.allSettled(work);
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  } finally {
    await alerts.close();
    removeFolder();
    process.off('exit', removeFolder);
  }
  return tally;
}

/** The image with the code of all modules in it, which one start leaves there. */
async function warmImage(folder: string): Promise<AgentImage> {
  const home = join(folder, 'image');
  mkdirSync(home);
  const image = makeAgentImage(home);
  const deviceFile = join(home, 'device.json');
  writeFileSync(deviceFile, '[]');
  const options = { dataDir: join(home, 'data'), deviceFile, alertUrl: '', targets: [], death: null };
  await promisify(execFile)(process.execPath, [...image.argv, JSON.stringify(options)]);
  return image;
}
