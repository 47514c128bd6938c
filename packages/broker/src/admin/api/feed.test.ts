import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OpenAPIHono } from '@hono/zod-openapi';
import { ManualClock } from '../../model/manual-clock.testing.js';
import { silentLogger } from '../../observe/logger.js';
import { Access, type ApiEnv } from '../access/access.js';
import { AccountBook } from '../access/account-book.js';
import { AuditLog } from '../access/audit-log.js';
import { LoginSessions } from '../access/login-sessions.js';
import { EventStreams, STREAMS_MAX } from './event-stream.js';
import { feed } from './feed.js';
import { FeedReader } from './feed-reader.testing.js';

const noSave = () => Promise.resolve();

async function start() {
  const clock = new ManualClock();
  const streams = new EventStreams(clock);
  const accounts = [{ name: 'li', role: 'admin', password: '' } as const];
  const book = new AccountBook({ accounts, tokens: [] }, noSave);
  const sessions = new LoginSessions(() => clock.nowMs());
  const access = new Access({
    book,
    sessions,
    audit: new AuditLog(silentLogger),
    wallMs: () => clock.wallMs(),
    changed: () => streams.recheck(),
  });
  const { id, token } = await book.addToken('watcher', 'viewer');
  let taken = 0;
  const app = new OpenAPIHono<ApiEnv>();
  app.use(access.requires('viewer'));
  app.get('/feed', (context) =>
    feed(context, { access, streams }, { kind: 'events', role: 'viewer' }, (stream) => {
      stream.send('hello', { who: context.var.identity.who });
      return () => void taken++;
    }),
  );
  app.post('/change', async (context) => {
    await book.removeToken(id);
    return context.json({});
  });
  const ask = (path: string, headers: Record<string, string>, method = 'GET') =>
    app.request(path, { method, headers }, {});
  const bearer = { authorization: `Bearer ${token}` };
  return { streams, sessions, clock, ask, bearer, taken: () => taken };
}

test('feed() answers with events, and takes off what sent them when its reader goes', async () => {
  const { ask, bearer, taken, streams } = await start();
  const response = await ask('/feed', bearer);
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  const reader = new FeedReader(response.body);
  assert.deepEqual(await reader.next(), { event: 'hello', data: { who: 'watcher' } });
  await reader.cancel();
  assert.deepEqual([taken(), streams.size], [1, 0]);
});

test('feed() ends when its token is revoked', async () => {
  const { ask, bearer, taken } = await start();
  const reader = new FeedReader((await ask('/feed', bearer)).body);
  assert.equal((await ask('/change', bearer, 'POST')).status, 200);
  assert.deepEqual(await reader.nextOf('end'), { event: 'end', data: { reason: 'access-ended' } });
  assert.equal(taken(), 1);
});

test('feed() ends when the login of the browser is over', async () => {
  const { ask, sessions, clock } = await start();
  const { id } = sessions.begin('li');
  const cookie = `magpie_session=${id}`;
  const reader = new FeedReader((await ask('/feed', { cookie })).body);
  clock.advance(13 * 60 * 60 * 1000);
  assert.deepEqual(await reader.nextOf('end'), { event: 'end', data: { reason: 'access-ended' } });
});

test('feed() refuses more than there may be', async () => {
  const { ask, bearer, streams } = await start();
  for (let open = 0; open < STREAMS_MAX; open++) await ask('/feed', bearer);
  const refused = await ask('/feed', bearer);
  assert.equal(refused.status, 429);
  assert.equal(((await refused.json()) as { code: string }).code, 'TOO_MANY_FEEDS');
  streams.close();
});
