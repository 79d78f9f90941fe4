// Writes docs/openapi.json from the built service, or checks that the committed file equals it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const built = (path) => pathToFileURL(join(root, 'dist/apps/agent', path)).href;
const { loadSettings } = await import(built('libs/config/src/index.js'));
const { createApp } = await import(built('apps/agent/src/create-app.js'));
const { openApiDocument } = await import(built('apps/agent/src/configure-app.js'));

const dataDir = mkdtempSync(join(tmpdir(), 'agent-openapi-'));
const app = await createApp(loadSettings({ DATA_DIR: dataDir, GPU_SOURCE: 'none', LLM_ENABLED: 'false' }), false);
const current = `${JSON.stringify(openApiDocument(app), null, 2)}\n`;
await app.close();
rmSync(dataDir, { recursive: true, force: true });

const file = join(root, 'docs/openapi.json');
if (process.argv[2] === '--write') {
  writeFileSync(file, current);
} else if (readFileSync(file, 'utf8') !== current) {
  console.error('docs/openapi.json is not what the service serves; run "npm run openapi:write" and commit it.');
  process.exitCode = 1;
}
