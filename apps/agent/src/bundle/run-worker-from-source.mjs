// Preloaded where there is no build (tests): lets the worker's TypeScript be loaded as it stands.
import { existsSync, readFileSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const LIBS = new URL('../../../../libs/', import.meta.url);
const HOOK_MARK = '?hooks';

if (!import.meta.url.endsWith(HOOK_MARK)) register(import.meta.url + HOOK_MARK);

/** `@app/x` and `.js` names of files that exist as `.ts` only. */
export function resolve(specifier, context, nextResolve) {
  const lib = /^@app\/([^/]+)$/.exec(specifier)?.[1];
  if (lib !== undefined) return { url: new URL(`${lib}/src/index.ts`, LIBS).href, shortCircuit: true };
  if (/^\.{1,2}\/.*\.js$/.test(specifier)) {
    const source = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
    if (existsSync(fileURLToPath(source)))
      return { url: pathToFileURL(fileURLToPath(source)).href, shortCircuit: true };
  }
  return nextResolve(specifier, context);
}

export async function load(url, context, nextLoad) {
  if (!url.endsWith('.ts')) return nextLoad(url, context);
  const { transformSync } = await import('@swc/core');
  const { code } = transformSync(readFileSync(fileURLToPath(url), 'utf8'), {
    filename: fileURLToPath(url),
    jsc: {
      target: 'es2022',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata: true },
    },
    module: { type: 'es6' },
  });
  return { format: 'module', source: code, shortCircuit: true };
}
