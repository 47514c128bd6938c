import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { Page } from 'playwright-core';

/**
 * Keeps a page busy, as by a long computation: it handles no event until it is let go.
 *
 * @returns A function that lets it go.
 */
export async function keepBusy(t: TestContext, page: Page): Promise<() => void> {
  const server = createServer();
  t.after(() => server.closeAllConnections());
  t.after(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const asked = once(server, 'request');
  await page.evaluate(
    (url) => {
      const wait = () => {
        const request = new XMLHttpRequest();
        request.open('GET', url, false); // whoever asks so is stopped until the answer
        request.send();
      };
      setTimeout(wait);
    },
    `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  );
  const [, response] = (await asked) as [unknown, ServerResponse];
  return () => {
    response.writeHead(200, { 'Access-Control-Allow-Origin': '*' });
    response.end();
  };
}
