import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { generators } from './generators.js';

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
for (const { path, render } of generators) {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), render());
}
