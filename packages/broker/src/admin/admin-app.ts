import { Hono } from 'hono';
import type { Logger } from '../observe/logger.js';
import type { AdminSource } from './admin-source.js';
import { apiApp, type ApiParts } from './api/api-app.js';
import { METRICS_TYPE, metricsText } from './metrics-text.js';

export interface AdminAppOptions {
  readonly source: AdminSource;
  /** Shown on the page at `/`. */
  readonly version: string;
  readonly log: Logger;
  /** Without it there is no API, and all pages only read. */
  readonly api?: Omit<ApiParts, 'source' | 'version' | 'log'> | undefined;
}

/**
 * The HTTP port: some pages for everybody, and the API below `/api/v1` for who may use it. The
 * pages only read: they answer GET and HEAD, take no body and no parameter, so nothing that a page
 * in a browser could send here changes anything.
 */
export function adminApp({ source, version, log, api }: AdminAppOptions): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    context.header('Cache-Control', 'no-store');
    context.header('X-Content-Type-Options', 'nosniff');
  });
  if (api !== undefined) app.route('/api/v1', apiApp({ ...api, source, version, log }));
  app.use(async (context, next) => {
    const { method } = context.req;
    if (method === 'GET' || method === 'HEAD') return next();
    // The body is not wanted: `close` spares reading it to its end.
    return context.text('Only GET and HEAD\n', 405, { Allow: 'GET, HEAD', Connection: 'close' });
  });
  app.get('/', (context) => context.text(frontPage(version, api !== undefined)));
  app.get('/health/live', (context) => context.text('live\n'));
  app.get('/health/ready', (context) => {
    const why = source.notReady();
    return why === undefined ? context.text('ready\n') : context.text(`not ready: ${why}\n`, 503);
  });
  app.get('/metrics', (context) => {
    return context.body(metricsText(source.metrics()), 200, { 'Content-Type': METRICS_TYPE });
  });
  app.notFound((context) => context.text('There is no such page\n', 404));
  app.onError((error, context) => {
    log.error(
      { event: 'http-failed', path: context.req.path, err: error },
      'an HTTP request failed',
    );
    return context.text('The request failed, see the log\n', 500);
  });
  return app;
}

function frontPage(version: string, hasApi: boolean): string {
  return [
    `Magpie ${version}, an MQTT broker`,
    '',
    '/health/live   200 while the process answers',
    '/health/ready  200 when every listener stands and the store works, else 503',
    '/metrics       counters and gauges for Prometheus',
    ...(hasApi ? ['/api/v1        the API, see /api/v1/openapi.json'] : []),
    '',
  ].join('\n');
}
