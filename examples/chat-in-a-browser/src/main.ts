import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createBroker } from '@magpie/broker';
import { build } from 'esbuild';

const { HTTP_PORT = '8080', WS_PORT = '8083' } = process.env;
const inPublic = (file: string) => fileURLToPath(new URL(`../public/${file}`, import.meta.url));

const files = new Map<string, string>();
const http = createServer(({ url = '' }, response) => {
  const path = new URL(url, 'http://localhost').pathname;
  const body = files.get(path);
  const type = path.endsWith('.js') ? 'text/javascript' : 'text/html';
  response.writeHead(body === undefined ? 404 : 200, { 'Content-Type': type });
  response.end(body);
});
http.listen(Number(HTTP_PORT), '127.0.0.1');
await once(http, 'listening');
const { port } = http.address() as AddressInfo;
const page = `http://127.0.0.1:${port}`;

const broker = await createBroker();
const address = { type: 'ws', host: '127.0.0.1', port: Number(WS_PORT), path: '/mqtt' } as const;
const ws = await broker.listen({ ...address, origins: [page] });

const { outputFiles } = await build({
  entryPoints: [inPublic('chat.js'), inPublic('worker.js')],
  define: { SERVER: JSON.stringify(`ws://127.0.0.1:${ws.port}/mqtt`) },
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  outdir: 'out',
  write: false,
});
for (const { path, text } of outputFiles) files.set(`/${basename(path)}`, text);
files.set('/', await readFile(inPublic('index.html'), 'utf8'));
console.log(`Open ${page} in several tabs`);

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    http.close();
    http.closeAllConnections();
    void broker.close();
  });
}
