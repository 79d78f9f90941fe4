// Writes docs/rules.md from the built rules.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const built = pathToFileURL(join(root, 'dist/apps/agent/libs/analysis/src/index.js')).href;
const { ruleCatalogue, ruleDocument } = await import(built);
writeFileSync(join(root, 'docs/rules.md'), ruleDocument(ruleCatalogue()));
