import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Hono } from 'hono';
import { includesRole, type Role } from '../access/role.js';
import { RuleAuthorizer } from '../../auth/rules/rule-authorizer.js';
import { rulesIn } from '../../auth/rules/rules.testing.js';
import { RecordingLogger } from '../../observe/recording-logger.testing.js';
import { answerSchema } from './answer-schema.testing.js';
import { ApiWorld } from './api-world.testing.js';

/** How an operation is called so that it works, and so that it does not. */
interface Case {
  /** What is done before. */
  readonly before?: (world: ApiWorld) => unknown;
  readonly good: string;
  readonly json?: unknown;
  /** Whether the answer stays open. */
  readonly isFeed?: true;
  /** Calls that are wrong, with the status that says so. */
  readonly bad: readonly (readonly [call: string, status: number, json?: unknown])[];
}

const retainOne = (world: ApiWorld) =>
  world.broker.publish({ topic: 'a/b', payload: 'x', retain: true });
const banOne = (world: ApiWorld) => world.broker.bans.add({ clientId: 'c' });
const watchOne = (world: ApiWorld) => void world.broker.packetWatches.add({ clientId: 'c' }, 60);
const traceOne = (world: ApiWorld) => world.broker.traces.start().id;
const PAGE_LIMIT = 'limit=0';
const RULES = rulesIn('{ allow: both, topics: "#" }');

/** Every operation of the document: one without a case fails. */
const CASES: Readonly<Record<string, Case>> = {
  'POST /login': {
    good: '/login',
    json: { username: 'admin', password: 'correct horse' },
    bad: [
      ['/login', 401, { username: 'admin', password: 'wrong horse' }],
      ['/login', 401, { username: 'nobody', password: 'correct horse' }],
      ['/login', 400, { username: 'admin' }],
      ['/login', 400, 'no json'],
    ],
  },
  'GET /self': { good: '/self', bad: [] },
  'POST /logout': { good: '/logout', bad: [] },
  'GET /accounts': { good: '/accounts', bad: [[`/accounts?${PAGE_LIMIT}`, 400]] },
  'PUT /accounts/{name}': {
    good: '/accounts/li',
    json: { password: 'long enough', role: 'viewer' },
    bad: [
      ['/accounts/li', 400, { password: 'short', role: 'viewer' }],
      ['/accounts/li', 400, { password: 'long enough', role: 'root' }],
      ['/accounts/li%2F', 409, { password: 'long enough', role: 'viewer' }],
      ['/accounts/admin', 409, { password: 'long enough', role: 'viewer' }],
    ],
  },
  'DELETE /accounts/{name}': {
    before: (world) => world.book.putAccount('li', 'viewer', 'long enough'),
    good: '/accounts/li',
    bad: [
      ['/accounts/nobody', 404],
      ['/accounts/admin', 409],
    ],
  },
  'GET /tokens': { good: '/tokens', bad: [[`/tokens?${PAGE_LIMIT}`, 400]] },
  'POST /tokens': {
    good: '/tokens',
    json: { name: 'grafana', role: 'viewer' },
    bad: [
      ['/tokens', 400, { name: '', role: 'viewer' }],
      ['/tokens', 400, { name: 'a', role: 'viewer', more: 1 }],
      ['/tokens', 409, { name: 'a b', role: 'viewer' }],
    ],
  },
  'DELETE /tokens/{id}': {
    before: async (world) => (await world.book.addToken('t', 'viewer')).id,
    good: '/tokens/{}',
    bad: [['/tokens/nope', 404]],
  },
  'GET /audit': { good: '/audit', bad: [[`/audit?${PAGE_LIMIT}`, 400]] },
  'GET /clients': {
    good: '/clients?like_clientid=c&conn_state=connected',
    bad: [
      ['/clients?conn_state=maybe', 400],
      ['/clients?page=x', 400],
      ['/clients?limit=1001', 400],
    ],
  },
  'GET /clients/{clientid}': { good: '/clients/c', bad: [['/clients/nobody', 404]] },
  'GET /clients/{clientid}/subscriptions': {
    good: '/clients/c/subscriptions',
    bad: [
      ['/clients/nobody/subscriptions', 404],
      ['/clients/c/subscriptions?page=0', 400],
    ],
  },
  'GET /clients/{clientid}/statistics': {
    good: '/clients/c/statistics',
    bad: [['/clients/nobody/statistics', 404]],
  },
  'GET /slow-subscribers': {
    good: '/slow-subscribers?limit=5',
    bad: [
      ['/slow-subscribers?limit=0', 400],
      ['/slow-subscribers?limit=101', 400],
      ['/slow-subscribers?limit=x', 400],
    ],
  },
  'GET /clients/{clientid}/mqueue_messages': {
    good: '/clients/c/mqueue_messages?limit=1&position=5.1&max_payload_bytes=0',
    bad: [
      ['/clients/nobody/mqueue_messages', 404],
      ['/clients/c/mqueue_messages?position=x', 400],
      ['/clients/c/mqueue_messages?max_payload_bytes=65537', 400],
    ],
  },
  'GET /clients/{clientid}/inflight_messages': {
    before: (world) => world.broker.publish({ topic: 'a/b', payload: 'x', qos: 1 }),
    good: '/clients/c/inflight_messages',
    bad: [
      ['/clients/nobody/inflight_messages', 404],
      ['/clients/c/inflight_messages?limit=0', 400],
    ],
  },
  'GET /subscriptions': {
    good: '/subscriptions?match_topic=a/b&qos=1',
    bad: [
      ['/subscriptions?match_topic=%23', 400],
      ['/subscriptions?qos=3', 400],
      [`/subscriptions?${PAGE_LIMIT}`, 400],
    ],
  },
  'GET /events': {
    isFeed: true,
    good: '/events?kinds=connected,refused&clientid=c',
    bad: [
      ['/events?kinds=connected,published', 400],
      ['/events?kinds=', 400],
    ],
  },
  'GET /messages/live': {
    isFeed: true,
    good: '/messages/live?filter=a/%23&rate=10&max_payload_bytes=0',
    bad: [
      ['/messages/live', 400],
      ['/messages/live?filter=a%23', 400],
      ['/messages/live?filter=$share/g/a', 400],
      ['/messages/live?filter=a&rate=1001', 400],
    ],
  },
  'DELETE /clients/{clientid}': { good: '/clients/c', bad: [['/clients/nobody', 404]] },
  'GET /banned': { good: '/banned', bad: [[`/banned?${PAGE_LIMIT}`, 400]] },
  'POST /banned': {
    good: '/banned',
    json: { as: 'clientid', who: 'c', until: '2100-01-01T00:00:00Z', reason: 'noise' },
    bad: [
      ['/banned', 400, { as: 'clientid', who: '' }],
      ['/banned', 400, { as: 'face', who: 'c' }],
      ['/banned', 400, { as: 'peerhost', who: 'no address' }],
      ['/banned', 400, { as: 'clientid', who: 'c', until: 'tomorrow' }],
    ],
  },
  'DELETE /banned/{as}/{who}': {
    before: banOne,
    good: '/banned/clientid/c',
    bad: [
      ['/banned/clientid/other', 404],
      ['/banned/face/c', 400],
    ],
  },
  'GET /log/level': { good: '/log/level', bad: [] },
  'PUT /log/level': {
    good: '/log/level',
    json: { level: 'warn' },
    bad: [
      ['/log/level', 400, { level: 'loud' }],
      ['/log/level', 400, {}],
    ],
  },
  'GET /log/packets': { good: '/log/packets', bad: [] },
  'POST /log/packets': {
    good: '/log/packets',
    json: { as: 'clientid', who: 'c', seconds: 60 },
    bad: [
      ['/log/packets', 400, { as: 'clientid', who: 'c', seconds: 0 }],
      ['/log/packets', 400, { as: 'clientid', who: 'c', seconds: 86_401 }],
      ['/log/packets', 400, { as: 'username', who: 'c' }],
      ['/log/packets', 400, { as: 'clientid' }],
    ],
  },
  'DELETE /log/packets/{as}/{who}': {
    before: watchOne,
    good: '/log/packets/clientid/c',
    bad: [
      ['/log/packets/clientid/other', 404],
      ['/log/packets/face/c', 400],
    ],
  },
  'POST /authorization/test': {
    good: '/authorization/test',
    json: { action: 'publish', topic: 'a', clientid: 'c', username: 'li', retain: true },
    bad: [
      ['/authorization/test', 400, { action: 'steal', topic: 'a', clientid: 'c' }],
      ['/authorization/test', 400, { action: 'publish', topic: '#', clientid: 'c' }],
      ['/authorization/test', 400, { action: 'subscribe', topic: '$share/a', clientid: 'c' }],
    ],
  },
  'GET /store': { good: '/store', bad: [] },
  'GET /store/backup': {
    before: (world) => world.host.backups?.start('x'),
    good: '/store/backup',
    bad: [],
  },
  'POST /store/backup': {
    good: '/store/backup',
    json: { name: 'monday' },
    bad: [
      ['/store/backup', 400, { name: '../x' }],
      ['/store/backup', 400, { name: '.x' }],
      ['/store/backup', 400, { name: '' }],
    ],
  },
  'DELETE /store/backup': {
    before: (world) => world.host.backups?.start('x'),
    good: '/store/backup',
    bad: [],
  },
  'POST /reload': { good: '/reload', bad: [] },
  'GET /users': { good: '/users?like_username=a', bad: [[`/users?${PAGE_LIMIT}`, 400]] },
  'PUT /users/{username}': {
    good: '/users/new',
    json: { password: 'x' },
    bad: [
      ['/users/new', 400, { password: '' }],
      ['/users/a%2Fb', 409, { password: 'x' }],
    ],
  },
  'DELETE /users/{username}': { good: '/users/ali', bad: [['/users/nobody', 404]] },
  'POST /authorization/preview': {
    good: '/authorization/preview',
    json: { rules: 'rules: [{ allow: both, topics: "#" }]' },
    bad: [
      ['/authorization/preview', 400, { rules: 1 }],
      ['/authorization/preview', 400, { rules: '' }],
      ['/authorization/preview', 400, { rules: 'rules: [{ alow: both }]' }],
    ],
  },
  'POST /publish': {
    good: '/publish',
    json: { topic: 'a', payload: 'eA==', payload_encoding: 'base64', qos: 1 },
    bad: [
      ['/publish', 400, { topic: 'a/#' }],
      ['/publish', 400, { topic: 'a', qos: 3 }],
      ['/publish', 400, { topic: 'a', qos: '1' }],
      ['/publish', 413, { topic: 'a', payload: 'x'.repeat(1_100_000) }],
    ],
  },
  'GET /retained': {
    before: retainOne,
    good: '/retained?filter=a/%2B',
    bad: [['/retained?filter=a/%23/b', 400]],
  },
  'GET /retained/message': {
    before: retainOne,
    good: '/retained/message?topic=a/b',
    bad: [
      ['/retained/message?topic=a', 404],
      ['/retained/message', 400],
    ],
  },
  'DELETE /retained/message': {
    before: retainOne,
    good: '/retained/message?topic=a/b',
    bad: [['/retained/message?topic=a', 404]],
  },
  'GET /topics': {
    before: retainOne,
    good: '/topics?parent=a',
    bad: [['/topics?parent=%23', 400]],
  },
  'GET /explain': {
    good: '/explain?topic=a/b&to=c&from=p&since_ms=1000',
    bad: [
      ['/explain?topic=a/b', 400],
      ['/explain?topic=a/%23&to=c', 400],
      ['/explain?topic=a&to=c&since_ms=-1', 400],
    ],
  },
  'GET /what-if': {
    good: '/what-if?topic=a/b&from=p&username=u&address=192.0.2.1&qos=1&retain=true',
    bad: [
      ['/what-if', 400],
      ['/what-if?topic=a&qos=3', 400],
      ['/what-if?topic=a&retain=maybe', 400],
    ],
  },
  'GET /metrics': { good: '/metrics', bad: [] },
  'POST /traces': {
    good: '/traces',
    json: { topic: 'plant/#', clientid: 'p', address: '192.0.2.0/24', sample: 10 },
    bad: [
      ['/traces', 400, { topic: 'a/#/b' }],
      ['/traces', 400, { sample: 0 }],
      ['/traces', 400, { payload_bytes: 5000 }],
      ['/traces', 400, { address: 'here' }],
      ['/traces', 400, { client: 'p' }],
      ['/traces', 400, { to: '' }],
    ],
  },
  'GET /traces': { good: '/traces', bad: [[`/traces?${PAGE_LIMIT}`, 400]] },
  'GET /traces/{id}': {
    before: traceOne,
    good: '/traces/{}',
    bad: [['/traces/nope', 404]],
  },
  'GET /traces/{id}/stream': {
    before: traceOne,
    good: '/traces/{}/stream?after=3',
    isFeed: true,
    bad: [
      ['/traces/nope/stream', 404],
      ['/traces/1/stream?after=-1', 400],
    ],
  },
  'DELETE /traces/{id}': {
    before: traceOne,
    good: '/traces/{}',
    bad: [['/traces/nope', 404]],
  },
};

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
}

interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly unknown[];
  readonly requestBody?: unknown;
  readonly responses: Readonly<Record<string, unknown>>;
  readonly 'x-role'?: Role;
}

/** The same for every world, and made once: that takes longer than most tests. */
let document: Promise<Document> | undefined;

function documentOf(world: ApiWorld): Promise<Document> {
  document ??= world.ask('GET /openapi.json').then(async (it) => (await it.json()) as Document);
  return document;
}

async function operationsOf(world: ApiWorld): Promise<readonly (readonly [string, Operation])[]> {
  const { paths } = await documentOf(world);
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
    ),
  );
}

test('apiApp(): every operation has a case here, and every case an operation', async (t) => {
  const operations = await operationsOf(await ApiWorld.start(t));
  assert.deepEqual(operations.map(([name]) => name).toSorted(), Object.keys(CASES).toSorted());
});

test('apiApp(): every operation that takes something is called with what is wrong', async (t) => {
  for (const [name, { parameters = [], requestBody }] of await operationsOf(
    await ApiWorld.start(t),
  )) {
    const takes = parameters.length > 0 || requestBody !== undefined;
    assert.equal((CASES[name]?.bad.length ?? 0) > 0, takes, name);
  }
});

for (const [name, { before, good, json, bad, isFeed }] of Object.entries(CASES)) {
  const [method = ''] = name.split(' ');
  const start = async (t: Parameters<typeof ApiWorld.start>[0]) => {
    const world = await ApiWorld.start(t, { authorizer: new RuleAuthorizer(RULES) });
    await world.connect('c', ['a/+', 1]);
    const made = await before?.(world);
    const document = await documentOf(world);
    const operation = (await operationsOf(world)).find(([other]) => other === name)?.[1];
    assert.ok(operation, name);
    const assertDescribed = (body: unknown, status: number) => {
      const { error } = answerSchema(document, operation, status).safeParse(body);
      assert.equal(error?.message, undefined, JSON.stringify(body));
    };
    const call = `${method} ${good.replace('{}', String(made))}`;
    return { world, call, role: operation['x-role'], assertDescribed };
  };

  test(`apiApp(): ${name} works`, async (t) => {
    const { world, call, role, assertDescribed } = await start(t);
    const response = await world.ask(call, role, { json });
    if (isFeed) {
      assert.equal(response.status, 200);
      assert.equal(response.headers.get('content-type'), 'text/event-stream');
      await response.body?.cancel();
      return;
    }
    const body: unknown = await response.json();
    assert.equal(response.status, 200, JSON.stringify(body));
    assertDescribed(body, 200);
  });

  for (const [wrong, status, wrongJson] of bad) {
    test(`apiApp(): ${name} refuses ${wrong} ${shown(wrongJson)}`, async (t) => {
      const { world, role, assertDescribed } = await start(t);
      const response = await world.ask(`${method} ${wrong}`, role, { json: wrongJson });
      const body = (await response.json()) as { code: unknown; message: unknown };
      assert.equal(response.status, status, JSON.stringify(body));
      assert.match(String(body.message), /\w/);
      assertDescribed(body, status);
    });
  }

  test(`apiApp(): ${name} is only for its role`, async (t) => {
    const { world, call, role } = await start(t);
    if (role === undefined) return assert.equal(name, 'POST /login');
    assert.equal((await world.ask(call, undefined, { json })).status, 401);
    const headers = { authorization: 'Bearer magpie_wrong' };
    assert.equal((await world.ask(call, undefined, { json, headers })).status, 401);
    for (const other of ['viewer', 'operator'] as const) {
      if (includesRole(other, role)) continue;
      assert.equal((await world.ask(call, other, { json })).status, 403);
    }
  });

  test(`apiApp(): ${name} is not for pages of other sites`, async (t) => {
    const { world, call, role } = await start(t);
    const headers = { origin: 'https://evil.example', host: 'localhost:18083' };
    assert.equal((await world.ask(call, role, { json, headers })).status, 403);
  });
}

function shown(json: unknown): string {
  return json === undefined ? '' : JSON.stringify(json).slice(0, 60);
}

test('answerSchema() takes nothing that the document does not have', async (t) => {
  const world = await ApiWorld.start(t);
  const found = (await operationsOf(world)).find(([name]) => name === 'GET /self')?.[1];
  assert.ok(found);
  const schema = answerSchema(await documentOf(world), found, 200);
  const data = { username: 'li', role: 'viewer', csrf_token: null };
  const takes = (answer: unknown) => schema.safeParse(answer).success;
  assert.equal(takes({ data }), true);
  assert.equal(takes({ data: { ...data, more: 1 } }), false);
  assert.equal(takes({ data: { ...data, role: 'root' } }), false);
  assert.equal(takes({ data: { username: 'li', role: 'viewer' } }), false);
});

test('apiApp() makes its document once, however often it is asked for', async (t) => {
  const { app } = await ApiWorld.start(t);
  const make = t.mock.method(app, 'getOpenAPI31Document');
  const texts = [];
  for (let count = 0; count < 3; count++) {
    texts.push(await (await app.request('/openapi.json')).text());
  }
  assert.equal(make.mock.callCount(), 1);
  assert.equal(new Set(texts).size, 1);
});

test('apiApp() describes itself as OpenAPI', async (t) => {
  const world = await ApiWorld.start(t);
  const document: unknown = await (await world.ask('GET /openapi.json')).json();
  const { valid, errors } = await new Validator().validate(document as Record<string, unknown>);
  assert.deepEqual([valid, errors], [true, undefined]);
});

test('apiApp() says in JSON that there is no such operation', async (t) => {
  const { app } = await ApiWorld.start(t);
  const port = new Hono().route('/api/v1', app);
  for (const [method, path] of [
    ['GET', '/nope'],
    ['POST', '/clients'],
    ['DELETE', '/openapi.json'],
  ] as const) {
    const response = await port.request(`/api/v1${path}`, { method });
    assert.equal(response.status, 404);
    assert.deepEqual(await response.json(), {
      code: 'NOT_FOUND',
      message: `there is no operation ${method} /api/v1${path}: see /api/v1/openapi.json`,
    });
  }
});

test('apiApp(): a login is a cookie, and changes need its secret beside it', async (t) => {
  const world = await ApiWorld.start(t);
  const json = { username: 'admin', password: 'correct horse' };
  const login = await world.ask('POST /login', undefined, { json });
  const set = login.headers.get('set-cookie') ?? '';
  assert.match(set, /^magpie_session=[\w-]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
  const { data } = (await login.json()) as { data: { csrf_token: string } };
  const cookie = set.split(';')[0] ?? '';
  const ban = { as: 'clientid', who: 'c' };
  const ask = (call: string, headers: Record<string, string>, body?: unknown) =>
    world.ask(call, undefined, { json: body, headers: { cookie, ...headers } });
  assert.equal((await ask('GET /clients', {})).status, 200);
  assert.equal((await ask('POST /banned', {}, ban)).status, 403);
  assert.equal((await ask('POST /banned', { 'x-csrf-token': 'guess' }, ban)).status, 403);
  const right = { 'x-csrf-token': data.csrf_token };
  assert.equal((await ask('POST /banned', right, ban)).status, 200);
  assert.equal((await ask('POST /logout', right)).status, 200);
  assert.equal((await ask('GET /clients', {})).status, 401);
});

test('apiApp(): a new password and a removed account end the logins there are', async (t) => {
  const world = await ApiWorld.start(t);
  const login = async (username: string, password: string) => {
    const response = await world.ask('POST /login', undefined, { json: { username, password } });
    return response.headers.get('set-cookie')?.split(';')[0] ?? '';
  };
  const sees = async (cookie: string) => {
    return (await world.ask('GET /self', undefined, { headers: { cookie } })).status;
  };
  await world.book.putAccount('li', 'viewer', 'first password');
  const first = await login('li', 'first password');
  assert.equal(await sees(first), 200);
  await world.data('PUT /accounts/li', 'admin', { password: 'other password', role: 'viewer' });
  assert.equal(await sees(first), 401);
  const second = await login('li', 'other password');
  assert.equal(await sees(second), 200);
  await world.data('DELETE /accounts/li', 'admin');
  assert.equal(await sees(second), 401);
});

test('apiApp() slows down who guesses passwords', async (t) => {
  const world = await ApiWorld.start(t);
  const json = { username: 'admin', password: 'a wrong guess' };
  const statuses = new Set<number>();
  for (let tries = 0; tries < 30 && !statuses.has(429); tries++) {
    statuses.add((await world.ask('POST /login', undefined, { json })).status);
  }
  assert.deepEqual([...statuses], [401, 429]);
});

test('apiApp() notes every change and who tried it, and nothing that was only read', async (t) => {
  const log = new RecordingLogger();
  const world = await ApiWorld.start(t, { log });
  await world.ask('GET /clients', 'viewer');
  await world.ask('POST /banned', 'viewer', { json: { as: 'clientid', who: 'c' } });
  await world.ask('POST /banned', 'operator', { json: { as: 'clientid', who: 'c' } });
  await world.ask('POST /login', undefined, { json: { username: 'x', password: 'y' } });
  const noted = (await world.data('GET /audit', 'admin')) as Record<string, unknown>[];
  assert.deepEqual(
    noted.map(({ who, via, action, status }) => [who, via, action, status]),
    [
      ['x', 'login', 'POST /login', 401],
      ['operator', 'token', 'POST /banned', 200],
      ['viewer', 'token', 'POST /banned', 403],
    ],
  );
  assert.equal(log.of('admin-change').length, 3);
});
