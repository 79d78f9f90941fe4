import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isAscii } from 'node:buffer';
import Module from 'node:module';
import { dirname, join } from 'node:path';
import { Script } from 'node:vm';

/*
 * Loaded before the agent's program. The first start notes where every module was found, its text and its compiled code;
 * later starts take all of it from one file, for a chaos run starts the agent so often that little else would be done.
 */

interface LoadedModule {
  readonly filename?: string;
  readonly exports: unknown;
  require(id: string): unknown;
  _compile(code: string, file: string): unknown;
}
/** Of Node, and of no type: stable since long, since transpilers hook in at the same places. */
interface ModuleInternals {
  _resolveFilename(request: string, parent: LoadedModule | undefined, ...rest: unknown[]): string;
  readonly _extensions: Record<string, (module: LoadedModule, file: string) => void>;
  readonly prototype: { _compile(this: LoadedModule, code: string, file: string): unknown };
  wrap(code: string): string;
}
type Wrapped = (exports: unknown, require: unknown, module: LoadedModule, file: string, folder: string) => unknown;

/** Texts and compiled code of the modules lie one after the other behind the index. */
interface CodeIndex {
  /** Where a module was found, by what was asked for and from which folder. */
  readonly files: Record<string, string>;
  /** By file: length of the text and of the compiled code, both in bytes, in the order in which they lie there. */
  readonly modules: readonly (readonly [file: string, textBytes: number, codeBytes: number])[];
}
interface KnownModule {
  readonly text: () => string;
  readonly code: Buffer;
}

const ROOT = join(__dirname, '../../..');
const LENGTH_BYTES = 4;
const IMAGE = join(ROOT, 'code.bin');
const internals = Module as unknown as ModuleInternals;
const found: Record<string, string> = {};
const known = new Map<string, KnownModule>();
const loaded = new Map<string, { readonly text: string; readonly script: Script }>();
readImage();

const resolve = internals._resolveFilename.bind(Module);
internals._resolveFilename = (request, parent, ...rest) => {
  const key = `${request} ${parent?.filename === undefined ? '' : dirname(parent.filename)}`;
  return (found[key] ??= ownFile(request) ?? resolve(request, parent, ...rest));
};

const loadScript = internals._extensions['.js'];
internals._extensions['.js'] = internals._extensions['.cjs'] = (module, file) => {
  const text = known.get(file)?.text;
  if (text === undefined) loadScript?.(module, file);
  else module._compile(text(), file);
};

internals.prototype._compile = function (text, file) {
  const script = new Script(internals.wrap(text), { filename: file, cachedData: known.get(file)?.code });
  loaded.set(file, { text, script });
  const run = script.runInThisContext() as Wrapped;
  return run.call(this.exports, this.exports, (id: string) => this.require(id), this, file, dirname(file));
};

/** What was loaded until now is what later starts find. */
export function writeImage(): void {
  const parts = [...loaded].map(([file, { text, script }]) => {
    return { file, text: Buffer.from(text), code: script.createCachedData() };
  });
  const modules = parts.map(({ file, text, code }) => [file, text.length, code.length] as const);
  const index = Buffer.from(JSON.stringify({ files: found, modules } satisfies CodeIndex));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(index.length);
  writeFileSync(IMAGE, Buffer.concat([length, index, ...parts.flatMap(({ text, code }) => [text, code])]));
}

function ownFile(request: string): string | undefined {
  if (request === '@nestjs/common') return join(__dirname, 'silent-nest.js');
  // The settings are made by hand: what reads and checks an environment is not loaded.
  if (request === '@app/config') return join(ROOT, 'libs/config/src/settings.js');
  if (request === '@app/analysis') return join(__dirname, 'effect-analysis.js');
  const lib = /^@app\/([a-z]+)$/.exec(request)?.[1];
  return lib === undefined ? undefined : join(ROOT, 'libs', lib, 'src/index.js');
}

function readImage(): void {
  // Made by the first start.
  if (!existsSync(IMAGE)) return;
  const bytes = readFileSync(IMAGE);
  let at = LENGTH_BYTES + bytes.readUInt32LE();
  const { files, modules } = JSON.parse(bytes.toString('utf8', LENGTH_BYTES, at)) as CodeIndex;
  Object.assign(found, files);
  for (const [file, textBytes, codeBytes] of modules) {
    const [textAt, codeAt] = [at, at + textBytes];
    known.set(file, {
      text: () => bytes.toString(isAscii(bytes.subarray(textAt, codeAt)) ? 'latin1' : 'utf8', textAt, codeAt),
      code: bytes.subarray(codeAt, codeAt + codeBytes),
    });
    at = codeAt + codeBytes;
  }
}
