import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

/** What a browser loads. */
export interface Bundle {
  readonly code: string;
  /** Bytes on the wire: minified, then `gzip -9`. */
  readonly gzipBytes: number;
  /** Bytes of each source file in the minified code, largest first. */
  readonly parts: readonly (readonly [file: string, bytes: number])[];
}

/** Imports are resolved from here. */
const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/**
 * Bundles a module for browsers, as an application with esbuild does.
 *
 * @throws if it cannot be bundled: a module of Node.js has no place in a browser.
 */
export async function bundle(contents: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: FOLDER },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const [output] = Object.values(metafile.outputs);
  const parts = Object.entries(output?.inputs ?? {})
    .map(([file, { bytesInOutput }]) => [file, bytesInOutput] as const)
    .filter(([, bytes]) => bytes > 0)
    .sort(([, a], [, b]) => b - a);
  const file = outputFiles[0]!;
  const gzipBytes = gzipSync(file.contents, { level: 9 }).length;
  return { code: file.text, gzipBytes, parts };
}
