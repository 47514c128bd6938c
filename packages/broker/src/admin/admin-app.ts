import { Hono } from 'hono';
import type { Logger } from '../observe/logger.js';
import type { AdminSource } from './admin-source.js';
import { METRICS_TYPE, metricsText } from './metrics-text.js';

export interface AdminAppOptions {
  readonly source: AdminSource;
  /** Shown on the page at `/`. */
  readonly version: string;
  readonly log: Logger;
}

/**
 * The pages of the HTTP port. All of them only read: they answer GET and HEAD, take no body and no
 * parameter, so nothing that a page in a browser could send here changes anything.
 */
export function adminApp({ source, version, log }: AdminAppOptions): Hono {
  const app = new Hono();
  app.use(async (context, next) => {
    const { method } = context.req;
    if (method === 'GET' || method === 'HEAD') await next();
    // The body is not wanted: `close` spares reading it to its end.
    else
      context.res = context.text('Only GET and HEAD\n', 405, {
        Allow: 'GET, HEAD',
        Connection: 'close',
      });
    context.header('Cache-Control', 'no-store');
    context.header('X-Content-Type-Options', 'nosniff');
  });
  app.get('/', (context) => context.text(frontPage(version)));
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

function frontPage(version: string): string {
  return [
    `Magpie ${version}, an MQTT broker`,
    '',
    '/health/live   200 while the process answers',
    '/health/ready  200 when every listener stands and the store works, else 503',
    '/metrics       counters and gauges for Prometheus',
    '',
  ].join('\n');
}
