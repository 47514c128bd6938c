import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, type TestContext } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { bundle } from './bundle.testing.js';

/** A web site on this machine, for all tests of a file. */
export interface Site {
  /** Without a path, as the header `Origin` has it. */
  readonly origin: string;
}

const CLIENT = `
  export * from '@magpie/client';
  export * from '@magpie/client/indexeddb';
  export * from '@magpie/client/tabs';`;

/** Puts all of the client where `page.evaluate` finds it. */
const PAGE = `<!doctype html><title>Magpie</title>
<script type="module">
  import * as magpie from '/magpie.js';
  globalThis.magpie = magpie;
</script>`;

/**
 * Serves a page at `/` that has the client as `magpie`, the client as one file at `/magpie.js`, and
 * scripts.
 *
 * @param scripts Modules to bundle, by their path.
 */
export async function startSite(scripts: Readonly<Record<string, string>> = {}): Promise<Site> {
  const files = new Map([['/', PAGE]]);
  const modules = { '/magpie.js': CLIENT, ...scripts };
  for (const [path, code] of Object.entries(modules)) files.set(path, await bundle(code));
  const server = createServer(({ url = '' }, response) => {
    const [path = ''] = url.split('?');
    const body = files.get(path);
    const type = path.endsWith('.js') ? 'text/javascript' : 'text/html';
    response.writeHead(body === undefined ? 404 : 200, {
      'Content-Type': `${type}; charset=utf-8`,
    });
    response.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/**
 * Opens a page in a profile of its own, or in that of another page. What goes wrong in it without
 * being caught fails the test.
 */
export async function openPage(
  t: TestContext,
  browser: Browser | BrowserContext,
  site: Site,
): Promise<Page> {
  const context = 'newContext' in browser ? await browser.newContext() : browser;
  if (context !== browser) t.after(() => context.close());
  const page = await context.newPage();
  const uncaught: Error[] = [];
  page.on('pageerror', (error) => uncaught.push(error));
  t.after(() => assert.deepEqual(uncaught, []));
  await page.goto(site.origin);
  await page.waitForFunction('globalThis.magpie !== undefined');
  return page;
}
