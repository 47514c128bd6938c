import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** Imports are resolved from here. */
const FOLDER = fileURLToPath(new URL('.', import.meta.url));

const beside = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** One ESM file of a module and all it imports, as esbuild makes it for browsers. */
export async function bundle(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: FOLDER },
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    // Contracts are written for Node.js.
    alias: {
      'node:test': beside('page-test.testing.js'),
      'node:assert/strict': beside('page-assert.testing.js'),
    },
    write: false,
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}
