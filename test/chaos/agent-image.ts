import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transformSync } from '@swc/core';

const ROOT = join(import.meta.dirname, '../..');
const SOURCES = [
  ...['core', 'config', 'persistence', 'actions', 'analysis', 'workflow'].map((lib) => `libs/${lib}/src`),
  'test/chaos/agent',
];

/** Of a process that lives for a second or two: neither its code nor its memory is worth tidying up. */
const SHORT_LIVED = ['--no-opt', '--min-semi-space-size=32', '--max-semi-space-size=32'];

/** What a program of the image is started with. */
export interface AgentImage {
  readonly argv: readonly string[];
}

/** The agent's own code as plain scripts in a folder: a program of them starts without a build, and quickly. */
export function makeAgentImage(folder: string): AgentImage {
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const source of SOURCES) {
    for (const file of readdirSync(join(ROOT, source), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.endsWith('.spec.ts')) continue;
      const target = join(folder, source, file.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, scriptOf(join(ROOT, source, file)));
    }
  }
  const program = (name: string): string => join(folder, 'test/chaos/agent', name);
  return { argv: [...SHORT_LIVED, '--require', program('code-image.js'), program('loop-process.js')] };
}

function scriptOf(file: string): string {
  const { code } = transformSync(readFileSync(file, 'utf8'), {
    filename: file,
    swcrc: false,
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true },
      keepClassNames: true,
    },
    module: { type: 'commonjs' },
  });
  return code;
}
