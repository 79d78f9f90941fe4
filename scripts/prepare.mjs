// Makes `npm start` and `npm test` work as the first command in a fresh clone. Node built-ins only: nothing is installed yet.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import './check-node.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const entry = join(root, 'dist/apps/agent/apps/agent/src/main.js');

function modifiedAt(path) {
  return existsSync(path) ? statSync(path).mtimeMs : 0;
}

function newestBelow(path) {
  if (!statSync(path).isDirectory()) return modifiedAt(path);
  return Math.max(0, ...readdirSync(path).map((name) => newestBelow(join(path, name))));
}

function run(title, command, args) {
  console.error(title);
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (result.status === 0) return;
  const why = result.error?.message ?? (result.signal ? `signal ${result.signal}` : `exit code ${result.status}`);
  console.error(`"${command} ${args.join(' ')}" failed (${why}). Its own messages stand above; nothing was started.`);
  process.exit(1);
}

function installIfNeeded() {
  // npm writes this file last, so it is missing or old after an interrupted install too.
  const installed = modifiedAt(join(root, 'node_modules/.package-lock.json'));
  if (installed >= modifiedAt(join(root, 'package-lock.json'))) return;
  run('Installing the dependencies (about two minutes the first time) …', 'npm', ['ci', '--no-fund', '--no-audit']);
}

function buildIfNeeded() {
  const sources = ['apps', 'libs', 'tsconfig.json', 'nest-cli.json', 'package-lock.json'];
  const newest = Math.max(...sources.map((name) => newestBelow(join(root, name))));
  if (modifiedAt(entry) >= newest) return;
  run('Building …', process.execPath, [join(root, 'node_modules/@nestjs/cli/bin/nest.js'), 'build', 'agent']);
}

const mode = process.argv[2];
if (mode !== 'install' && mode !== 'build') {
  console.error('Usage: node scripts/prepare.mjs install|build');
  process.exit(2);
}
installIfNeeded();
if (mode === 'build') buildIfNeeded();
