// `npm run test:runtimes`: @magpie/client in Deno and in Bun, and in a page that Vite has bundled,
// against a running broker. npm fetches them on the first run: together 230 MB, so they are no
// dependencies.
//   npm run test:runtimes -- deno     one of them only
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';

import { pathOf, reportFailure, run, runNpm, SetupError } from './command.mjs';
import { prepare } from './prepare.mjs';
import { PASSED } from './runtime-client.mjs';

/** Kept between runs; .gitignore has it. */
const CACHE = '.cache/runtimes';
const PAGE = `<!doctype html><title>Magpie</title>
<script type="module" src="page.js"></script>`;
const PROGRAM = pathOf('tools/setup/runtime-program.mjs');

/** What is tried, each with a function that tries it. */
const RUNTIMES = { deno: tryDeno, bun: tryBun, vite: tryVite };

async function main(args) {
  const unknown = args.find((name) => !Object.hasOwn(RUNTIMES, name));
  if (unknown !== undefined) {
    const names = Object.keys(RUNTIMES).join(', ');
    throw new SetupError(`runtime must be one of ${names}: current value is ${unknown}`);
  }
  await prepare();
  const { createBroker } = await import('@magpie/broker');
  const broker = await createBroker();
  try {
    const tcp = await broker.listen({ type: 'tcp', port: 0 });
    const ws = await broker.listen({ type: 'ws', port: 0, path: '/mqtt' });
    const urls = {
      tcp: `mqtt://${tcp.host}:${tcp.port}`,
      ws: `ws://${ws.host}:${ws.port}/mqtt`,
    };
    for (const name of args.length > 0 ? args : Object.keys(RUNTIMES)) await RUNTIMES[name](urls);
  } finally {
    await broker.close();
  }
}

/** The doors that a runtime beside Node.js may take, and how it reaches a broker by each. */
function doorsOf({ tcp, ws }) {
  return [
    ['@magpie/client', tcp],
    ['@magpie/client/browser', ws],
    ['@magpie/client/small', ws],
  ];
}

async function tryDeno(urls) {
  const names = { linux: `linux-${process.arch}-glibc`, darwin: `darwin-${process.arch}` };
  const name = `@deno/${names[process.platform] ?? `win32-${process.arch}`}`;
  const binary = await provide(name, '2.9.6', 'deno');
  for (const [door, url] of doorsOf(urls)) {
    await expectPassed('Deno', door, binary, ['run', '--quiet', '-A', PROGRAM, door, url]);
  }
}

async function tryBun(urls) {
  const arch = process.arch === 'arm64' ? 'aarch64' : process.arch;
  const binary = await provide(`@oven/bun-${process.platform}-${arch}`, '1.4.5', 'bin/bun');
  for (const [door, url] of doorsOf(urls)) {
    await expectPassed('Bun', door, binary, ['run', PROGRAM, door, url]);
  }
}

async function expectPassed(runtime, door, binary, args) {
  const { code, output } = await run(binary, args);
  if (code !== 0 || output.trim() !== PASSED) {
    throw new SetupError(`${door} passes no message in ${runtime}: ${output.trim() || code}`);
  }
  console.log(`${runtime}: ${door} has passed a message on`);
}

/** Builds a page of each door, and opens it in Chromium. */
async function tryVite({ ws }) {
  const vite = await provide('vite', '8.3.8', 'bin/vite.js');
  for (const door of ['@magpie/client', '@magpie/client/small']) {
    const folder = pathOf(join(CACHE, 'page'));
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'index.html'), PAGE);
    await writeFile(
      join(folder, 'page.js'),
      `import { connect } from '${door}';
       import { passMessage } from '../../../tools/setup/runtime-client.mjs';
       passMessage({ connect }, ${JSON.stringify(ws)}).then(
         (text) => (document.title = text),
         (error) => (document.title = String(error)),
       );`,
    );
    const { code, output } = await run(process.execPath, [vite, 'build', folder]);
    if (code !== 0) throw new SetupError(`Vite cannot build ${door}: ${output.trim()}`);
    const title = await titleOf(join(folder, 'dist'));
    if (title !== PASSED) throw new SetupError(`${door} passes no message by Vite: ${title}`);
    console.log(`Vite: ${door} has passed a message on from a page`);
  }
}

/** The title that a page gives itself. */
async function titleOf(folder) {
  const { chromium } = await import('playwright-core');
  const server = createServer(({ url }, response) => void serve(folder, url, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'], // as in quality/browsers
  });
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    await page.waitForFunction(() => document.title !== 'Magpie');
    return await page.title();
  } finally {
    await browser.close();
    server.close();
  }
}

async function serve(folder, url, response) {
  const path = join(folder, url === '/' ? 'index.html' : url);
  const type = path.endsWith('.js') ? 'text/javascript' : 'text/html';
  const body = await readFile(path).catch(() => undefined);
  response.writeHead(body === undefined ? 404 : 200, { 'Content-Type': type }).end(body);
}

/** @returns the path of a file of a package, which npm fetches without running its scripts */
async function provide(name, version, file) {
  const folder = join(CACHE, `${name.replaceAll('/', '-')}-${version}`);
  const path = pathOf(join(folder, 'node_modules', name, file));
  if (existsSync(path)) return path;
  console.error(`Installing ${name} ${version} …`);
  await mkdir(pathOf(folder), { recursive: true });
  await writeFile(pathOf(join(folder, 'package.json')), '{ "private": true }\n');
  const quiet = ['--no-audit', '--no-fund', '--no-save', '--no-package-lock', '--ignore-scripts'];
  const all = ['install', '--prefix', pathOf(folder), ...quiet, `${name}@${version}`];
  const { code, output } = await runNpm(all);
  if (code !== 0 || !existsSync(path)) {
    const why = output.trim().split('\n').at(-1);
    throw new SetupError(`${name} ${version} cannot be installed: ${why}`);
  }
  return path;
}

main(process.argv.slice(2)).catch(reportFailure);
