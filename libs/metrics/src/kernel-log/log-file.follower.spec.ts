import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LogFileFollower, type LogFileLimits } from './log-file.follower.js';

const NEVER_LATE = (): boolean => false;

describe('LogFileFollower', () => {
  let folder: string;
  let path: string;
  let followers: LogFileFollower[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'log-file-'));
    path = join(folder, 'kern.log');
    followers = [];
  });

  afterEach(async () => {
    await Promise.all(followers.map((follower) => follower.close()));
    rmSync(folder, { recursive: true, force: true });
  });

  const follow = (limits?: LogFileLimits, followed = path) => {
    const follower = new LogFileFollower(followed, limits);
    followers.push(follower);
    return async (isLate = NEVER_LATE) => {
      const lines: string[] = [];
      const answer = await follower.read((line) => lines.push(line), isLate);
      return { answer, lines };
    };
  };

  it('hands over each line once', async () => {
    writeFileSync(path, 'a\nb\n');
    const read = follow();
    expect(await read()).toEqual({ answer: { ok: true, notes: [] }, lines: ['a', 'b'] });
    expect((await read()).lines).toEqual([]);
    appendFileSync(path, 'c\n');
    expect((await read()).lines).toEqual(['c']);
  });

  it('keeps a line until it is whole, also where a character is cut', async () => {
    const bytes = Buffer.from('NVRM: größe\n');
    const cut = bytes.indexOf(0xc3) + 1;
    writeFileSync(path, bytes.subarray(0, cut));
    const read = follow();
    expect((await read()).lines).toEqual([]);
    appendFileSync(path, bytes.subarray(cut));
    expect((await read()).lines).toEqual(['NVRM: größe']);
  });

  it('loses no line where the file is renamed and a new one takes its place', async () => {
    writeFileSync(path, 'a\n');
    const read = follow();
    await read();
    appendFileSync(path, 'b\n');
    renameSync(path, `${path}.1`);
    appendFileSync(`${path}.1`, 'c\n');
    writeFileSync(path, 'd\n');
    expect((await read()).lines).toEqual(['b', 'c', 'd']);
    // The writer learns of the rotation only now.
    appendFileSync(`${path}.1`, 'late\n');
    appendFileSync(path, 'e\n');
    expect((await read()).lines).toEqual(['late', 'e']);
    appendFileSync(path, 'f\n');
    expect((await read()).lines).toEqual(['f']);
  });

  it('reads the old file to its end over several collections before it turns to the new one', async () => {
    writeFileSync(path, 'a\n');
    const read = follow({ bytesPerRead: 4, bytesAtStart: 100 });
    await read();
    appendFileSync(path, 'b\nc\nd\n');
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'e\n');
    const seen: string[] = [];
    for (let round = 0; round < 4; round += 1) seen.push(...(await read()).lines);
    expect(seen).toEqual(['b', 'c', 'd', 'e']);
  });

  it('waits through the moment of a rotation in which there is no file', async () => {
    writeFileSync(path, 'a\n');
    const read = follow();
    await read();
    appendFileSync(path, 'b\n');
    renameSync(path, `${path}.1`);
    expect(await read()).toEqual({
      answer: { ok: true, notes: [`${path} does not exist at the moment`] },
      lines: ['b'],
    });
    expect((await read()).answer).toMatchObject({ ok: false, status: 'absent' });
    writeFileSync(path, 'c\n');
    expect(await read()).toEqual({ answer: { ok: true, notes: [] }, lines: ['c'] });
  });

  it('starts again where the file was truncated in place', async () => {
    writeFileSync(path, 'a\nb\nc\n');
    const read = follow();
    await read();
    truncateSync(path);
    appendFileSync(path, 'd\n');
    expect((await read()).lines).toEqual(['d']);
  });

  it('notices a truncation although the file is longer again', async () => {
    writeFileSync(path, 'a\nb\nhalf a li');
    const read = follow();
    await read();
    truncateSync(path);
    appendFileSync(path, 'first\nsecond\nthird\nfourth\n');
    expect((await read()).lines).toEqual(['first', 'second', 'third', 'fourth']);
  });

  it('reads of a long log only the end, from a whole line on, and says so', async () => {
    writeFileSync(path, 'first line\nsecond line\nthird line\n');
    const read = follow({ bytesPerRead: 1000, bytesAtStart: 15 });
    expect(await read()).toEqual({
      answer: { ok: true, notes: ['the log was long: its first 19 bytes were not read'] },
      lines: ['third line'],
    });
    expect((await read()).answer).toEqual({ ok: true, notes: [] });
  });

  it('reads a bounded part per collection and goes on with the next', async () => {
    writeFileSync(path, 'aaaa\nbbbb\ncccc\n');
    const read = follow({ bytesPerRead: 8, bytesAtStart: 100 });
    const first = await read();
    expect(first.answer).toEqual({ ok: true, notes: ['the rest of the log is read at the next collection'] });
    expect([...first.lines, ...(await read()).lines]).toEqual(['aaaa', 'bbbb', 'cccc']);
  });

  it('stops when it is late', async () => {
    writeFileSync(path, 'a\n');
    const read = follow();
    expect((await read(() => true)).lines).toEqual([]);
    expect((await read()).lines).toEqual(['a']);
  });

  it('skips a line without end and finds the next one', async () => {
    writeFileSync(path, `${'x'.repeat(300_000)}\nshort\n`);
    const { answer, lines } = await follow()();
    expect(lines).toEqual(['short']);
    expect(answer).toEqual({ ok: true, notes: ['1 lines were too long to be read'] });
  });

  it('waits for a file that is not there yet, and then reads all of it', async () => {
    const read = follow({ bytesPerRead: 1000, bytesAtStart: 3 });
    expect((await read()).answer).toMatchObject({ ok: false, status: 'absent' });
    writeFileSync(path, 'a\nb\nc\n');
    expect((await read()).lines).toEqual(['a', 'b', 'c']);
  });

  it('says that a folder is no log', async () => {
    mkdirSync(join(folder, 'sub'));
    expect((await follow(undefined, join(folder, 'sub'))()).answer).toMatchObject({ ok: false, status: 'failed' });
  });

  const isRoot = process.getuid?.() === 0;
  (isRoot ? it.skip : it)('is denied what it may not read (root may read all)', async () => {
    writeFileSync(path, 'a\n');
    chmodSync(path, 0o000);
    expect((await follow()()).answer).toMatchObject({ ok: false, status: 'denied' });
  });
});
