// needs: chromium
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, test } from 'node:test';
import { createBroker } from '@magpie/broker';
import { launchChromium } from './chromium.testing.js';
import { openPage, startSite } from './site.testing.js';

interface Piece {
  readonly role: 'page' | 'worker' | 'output';
  readonly name: string;
  readonly text: string;
}

/** A fenced block that is a module of a page or of its worker, or what the page prints. */
const PIECE = /^```(?:js|text) (page|worker|output)=(\w+)\n(.*?)^```$/gms;

async function piecesOf(path: string): Promise<Piece[]> {
  const guide = await readFile(new URL(`../../../docs/guides/${path}`, import.meta.url), 'utf8');
  return [...guide.matchAll(PIECE)].map(([, role, name, text]) => ({
    role: role as Piece['role'],
    name: name!,
    text: text!,
  }));
}

const broker = await createBroker();
after(() => broker.close());
const { host, port } = await broker.listen({ type: 'ws', port: 0, path: '/mqtt' });
const server = `const server = 'ws://${host}:${port}/mqtt';\n`;
const pieces = await piecesOf('browser.md');
const textOf = (role: Piece['role'], name: string) =>
  pieces.find((piece) => piece.role === role && piece.name === name)?.text;
const pages = pieces.filter(({ role }) => role === 'page');

assert.ok(pages.length >= 3);

const browser = await launchChromium();
const scripts = pages.flatMap(({ name, text }) => {
  const worker = textOf('worker', name) ?? '';
  return [
    [`/${name}/page.js`, server + text],
    [`/${name}/worker.js`, server + worker],
  ];
});
const site = await startSite(Object.fromEntries(scripts) as Record<string, string>);

for (const { name } of pages) {
  test(`docs/guides/browser.md: the page ${name} prints what it says`, async (t) => {
    const page = await openPage(t, browser, site);
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    await page.evaluate((name) => import(`/${name}/page.js`), name);
    assert.equal(`${said.join('\n')}\n`, textOf('output', name));
  });
}

test('docs/guides/zh-CN/browser.md has the code of docs/guides/browser.md', async () => {
  const code = (all: readonly Piece[]) =>
    all.map((piece) => ({ ...piece, text: piece.text.replace(/(^|\s)\/\/ .*$/gm, '$1') }));
  assert.deepEqual(code(await piecesOf('zh-CN/browser.md')), code(pieces));
});
