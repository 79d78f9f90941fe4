import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export interface StoredFile {
  readonly path: string;
  readonly bytes: number;
}

/** Older ones go: nobody reads the two-hundredth, and the disk is not ours alone. */
const MOST_FILES = 200;

/** Below DATA_DIR. */
export type ActionFolder = 'diagnostics' | 'tickets' | 'notifications';

/** Files that actions leave below DATA_DIR, each written once, for their owner only. */
export class ActionFiles {
  private readonly folder: string;

  constructor(dataDir: string, folder: ActionFolder) {
    this.folder = resolve(dataDir, folder);
  }

  /** Null where there is none. */
  find(name: string): StoredFile | null {
    const path = this.pathOf(name);
    return existsSync(path) ? { path, bytes: statSync(path).size } : null;
  }

  /** Whole or not at all: a file that is there is complete. */
  write(name: string, text: string): StoredFile {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const path = this.pathOf(name);
    const unfinished = `${path}.${process.pid}.unfinished`;
    writeFileSync(unfinished, text, { mode: 0o600 });
    // A umask can only take rights away; an older file keeps its own.
    chmodSync(unfinished, 0o600);
    renameSync(unfinished, path);
    this.prune();
    return { path, bytes: Buffer.byteLength(text) };
  }

  private pathOf(name: string): string {
    return join(this.folder, name.replace(/[^\w.-]+/g, '-').replace(/^\.+/, '-'));
  }

  private prune(): void {
    const files = readdirSync(this.folder).map((name) => join(this.folder, name));
    if (files.length <= MOST_FILES) return;
    const oldestFirst = files.map((path) => ({ path, at: statSync(path).mtimeMs })).sort((a, b) => a.at - b.at);
    for (const { path } of oldestFirst.slice(0, files.length - MOST_FILES)) rmSync(path, { force: true });
  }
}
