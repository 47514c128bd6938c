import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { REPOSITORY } from '../repository.js';

const SOURCES = join(REPOSITORY, 'quality/bench/loadgen');
const COMPILER = process.env['CC'] ?? 'cc';
const FLAGS = ['-O2', '-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror'];
const TLS_FLAGS = ['-DWITH_TLS', '-lssl', '-lcrypto'];

/**
 * Compiles the load generator, with TLS where {@link hasOpenssl}, unless this very source was
 * compiled before.
 *
 * @param cacheFolder where the programs are kept, each under a name made of what went into it
 * @returns the program's path
 * @throws with the compiler's words if there is none or it refuses the source
 */
export async function compileLoadgen(cacheFolder = join(REPOSITORY, '.cache')): Promise<string> {
  const names = (await readdir(SOURCES)).filter((name) => /\.[ch]$/.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(SOURCES, name), 'utf8')));
  const own = (await hasOpenssl()) ? TLS_FLAGS : [];
  const parts = [...FLAGS, ...own, ...names, ...texts];
  const program = join(cacheFolder, `loadgen-${fingerprint(parts)}`);
  if (await exists(program)) return program;
  await mkdir(cacheFolder, { recursive: true });
  const sources = names.filter((name) => name.endsWith('.c')).map((name) => join(SOURCES, name));
  const draft = `${program}.${process.pid}`;
  await runCompiler([...FLAGS, '-o', draft, ...sources, '-lm', ...own]);
  await rename(draft, program); // whole or not at all, also for another run beside this one
  return program;
}

/** Whether the headers of OpenSSL are there (Debian: libssl-dev), or no compiler at all. */
export async function hasOpenssl(): Promise<boolean> {
  const preprocess = ['-E', '-include', 'openssl/ssl.h', '-x', 'c', '/dev/null'];
  const options = { maxBuffer: Infinity };
  return promisify(execFile)(COMPILER, preprocess, options).then(
    () => true,
    () => false,
  );
}

/** Short and the same for the same texts in the same order. */
export function fingerprint(texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(`${text.length}:${text}`);
  return hash.digest('hex').slice(0, 16);
}

async function runCompiler(args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(COMPILER, args);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Cannot compile the load generator with ${COMPILER} (it needs gcc and libc6-dev): ${why}`,
      { cause: error },
    );
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
