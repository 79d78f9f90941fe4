import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';

/** Absolute path of a program on PATH, or null. Relative and empty entries are not searched. */
export async function findExecutable(name: string, path: string): Promise<string | null> {
  for (const folder of path.split(delimiter)) {
    if (isAbsolute(folder) && (await isExecutableFile(join(folder, name)))) return join(folder, name);
  }
  return null;
}

async function isExecutableFile(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    // Whatever is the matter with this entry, a PATH search goes on with the next one.
    return false;
  }
}
