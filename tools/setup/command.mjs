import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The absolute form of a path given from the repository's folder. */
export function pathOf(path) {
  return join(ROOT, path);
}

/** What went wrong during set-up, in one line for the person at the keyboard. */
export class SetupError extends Error {
  name = 'SetupError';
}

/**
 * Prints one line and lets the process end with exit code 1. Anything but a SetupError is our bug.
 */
export function reportFailure(error) {
  console.error(error instanceof SetupError ? `magpie: ${error.message}` : error);
  process.exitCode = 1;
}

/**
 * Runs a command in the repository's folder and resolves with its exit code and what it printed.
 *
 * With `show` the output goes straight to the terminal and is not kept. Signals that arrive
 * meanwhile are passed on, so that nothing is left running.
 *
 * @throws SetupError after such a signal, so that callers can clean up and end
 */
export function run(file, args, { show = false, env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    const release = passSignalsOn(child);
    const output = [];
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    child.once('error', (error) => {
      release();
      resolve({ code: 127, output: error.message });
    });
    child.once('close', (code) => {
      const interrupted = release();
      if (interrupted) reject(new SetupError('Interrupted'));
      else resolve({ code: code ?? 1, output: Buffer.concat(output).toString() });
    });
  });
}

/** Runs npm with the npm that started us, so that both are of one version. */
export function runNpm(args) {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('npm-cli.js')) return run(process.execPath, [cli, ...args]);
  return run('npm', args);
}

/** Passes signals on until the function it returns is called; that tells whether there was one. */
function passSignalsOn(child) {
  const signals = ['SIGINT', 'SIGTERM'];
  let received = false;
  const pass = (signal) => {
    received = true;
    child.kill(signal);
  };
  for (const signal of signals) process.on(signal, pass);
  return () => {
    for (const signal of signals) process.off(signal, pass);
    return received;
  };
}
