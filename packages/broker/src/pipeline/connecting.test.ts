import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connect, Will } from '@magpie/protocol';
import type { AuthenticationResult } from '../auth/authenticator.js';
import type { Limits } from '../model/limits.js';
import type { RefusalReason } from '../model/refusal-reason.js';
import { RecordingOutlet } from '../sessions/recording-outlet.testing.js';
import type { Connected, ConnectOutcome } from './connecting.js';
import { HandStore } from '../stores/hand-store.testing.js';
import { PipelineWorld } from './pipeline-world.testing.js';

const ALLOWED: AuthenticationResult = { allowed: true };
const ADDRESS = '192.0.2.1';
const CERTIFICATE = { commonNames: ['c'], dnsNames: [], emails: [], fingerprint: 'AB:CD' };
const PEER = { remoteAddress: ADDRESS, certificate: CERTIFICATE };

function connectOf(fields: Partial<Connect> = {}): Connect {
  return {
    type: 'connect',
    protocolVersion: 4,
    cleanSession: true,
    keepAliveS: 60,
    clientId: 'c',
    will: undefined,
    username: undefined,
    password: undefined,
    ...fields,
  };
}

function willOf(fields: Partial<Will> = {}): Will {
  return { topic: 'will', payload: Buffer.from('bye'), qos: 1, retain: true, ...fields };
}

/** A connection that does nothing when another takes its place but say so. */
function connection(told: string[] = [], name = 'connection'): Connected {
  return {
    takeOver: () => void told.push(`${name} gives way`),
    revoke: () => void told.push(`${name} is revoked`),
  };
}

function open(world: PipelineWorld, packet: Connect, answer = ALLOWED): ConnectOutcome {
  return world.connecting.open(packet, answer, PEER, connection(), new RecordingOutlet());
}

function accepted(outcome: ConnectOutcome): ConnectOutcome & { accepted: true } {
  assert.ok(outcome.accepted, outcome.accepted ? '' : outcome.why);
  return outcome;
}

test('Connecting.authenticate() tells the authenticator what the client says of itself', () => {
  const world = new PipelineWorld();
  const shown = { address: ADDRESS, certificate: CERTIFICATE };
  const password = Buffer.from('secret');
  const packet = connectOf({ clientId: 'c', username: 'u', password });
  assert.deepEqual(world.connecting.authenticate(packet, PEER), ALLOWED);
  const nameless = connectOf({ clientId: '' });
  assert.deepEqual(world.connecting.authenticate(nameless, PEER), ALLOWED);
  assert.deepEqual(world.authenticator.asked, [
    { clientId: 'c', username: 'u', password, ...shown },
    { clientId: '', username: undefined, password: undefined, ...shown },
  ]);
});

test('Connecting.authenticate() gives a promise only if the authenticator does', async () => {
  const world = new PipelineWorld();
  const refused: AuthenticationResult = { allowed: false, why: 'bad-credentials' };
  for (const answer of [ALLOWED, refused]) {
    world.authenticator.answer = () => answer;
    assert.deepEqual(world.connecting.authenticate(connectOf(), PEER), answer);
    world.authenticator.answer = () => Promise.resolve(answer);
    const pending = world.connecting.authenticate(connectOf(), PEER);
    assert.ok(pending instanceof Promise);
    assert.deepEqual(await pending, answer);
  }
});

for (const [name, answer] of [
  ['throws', () => assert.fail('broken')],
  ['rejects', () => Promise.reject(new Error('broken'))],
] as const) {
  test(`Connecting.authenticate() refuses and logs when the authenticator ${name}`, async () => {
    const world = new PipelineWorld();
    world.authenticator.answer = answer;
    const result = await world.connecting.authenticate(connectOf(), PEER);
    assert.deepEqual(result, { allowed: false, why: 'unavailable' });
    const [line] = world.log.of('authenticator-failed');
    assert.equal(line?.level, 'error');
    assert.deepEqual([line.fields['clientId'], line.fields['address']], ['c', ADDRESS]);
    assert.match(String(line.fields['err']), /broken/);
  });
}

/** Everything that refuses a CONNECT, and the return code of the CONNACK (table 3.1). */
const refusals: readonly (readonly [
  name: string,
  answer: AuthenticationResult,
  packet: Partial<Connect>,
  limits: Partial<Limits>,
  returnCode: number,
  reason: RefusalReason,
])[] = [
  ['bad credentials', { allowed: false, why: 'bad-credentials' }, {}, {}, 4, 'bad-credentials'],
  ['not authorized', { allowed: false, why: 'not-authorized' }, {}, {}, 5, 'not-authorized'],
  ['many failures', { allowed: false, why: 'too-many-failures' }, {}, {}, 5, 'too-many-failures'],
  ['unavailable', { allowed: false, why: 'unavailable' }, {}, {}, 3, 'unavailable'],
  ['a large will', ALLOWED, { will: willOf() }, { willBytesMax: 2 }, 5, 'will-too-large'],
  [
    'a will topic of too many levels',
    ALLOWED,
    { will: willOf({ topic: 'a/b/c' }) },
    { topicLevelsMax: 2 },
    5,
    'will-too-large',
  ],
];

for (const [name, answer, packet, limits, returnCode, reason] of refusals) {
  test(`Connecting.open() refuses with ${returnCode}: ${name}`, () => {
    const world = new PipelineWorld(limits);
    const told: string[] = [];
    const known = connection(told, 'known');
    world.connecting.open(
      connectOf({ cleanSession: false }),
      ALLOWED,
      PEER,
      known,
      new RecordingOutlet(),
    );
    const session = world.registry.get('c');
    world.store.written.length = 0;
    const outcome = open(world, connectOf(packet), answer);
    assert.ok(!outcome.accepted);
    assert.equal(outcome.returnCode, returnCode);
    assert.notEqual(outcome.why, '');
    // Who is refused harms nobody with the same identifier.
    assert.deepEqual([told, world.registry.get('c'), world.store.written], [[], session, []]);
    assert.deepEqual([world.counters.connectsAccepted, world.counters.connectsRefused], [0, 1]);
    assert.equal(world.counters.refused[reason], 1);
  });
}

test('Connecting.open() takes a will that is as large as it may be', () => {
  const world = new PipelineWorld({ willBytesMax: 3, topicLevelsMax: 2 });
  accepted(open(world, connectOf({ will: willOf({ topic: 'a/b' }) })));
});

/** Who had a client identifier, who comes for it, and whether he gets it. */
const takeovers: readonly (readonly [
  owner: string | undefined,
  comer: string | undefined,
  admitsAnonymous: boolean,
  gets: boolean,
])[] = [
  ['ann', 'ann', true, true],
  ['ann', 'bob', true, false],
  ['ann', 'Ann', true, false],
  ['ann', undefined, true, false],
  ['ann', 'bob', false, false],
  [undefined, undefined, true, true],
  [undefined, 'bob', true, false],
  [undefined, 'bob', false, true],
  ['', undefined, true, false],
  ['', 'bob', false, false],
];

for (const clean of [true, false]) {
  for (const away of clean ? [false] : [false, true]) {
    for (const [owner, comer, admitsAnonymous, gets] of takeovers) {
      const whose = `${clean ? 'clean' : 'persistent'} session of ${owner}`;
      const where = away ? 'is away' : 'is there';
      const mode = admitsAnonymous ? '' : ' where nobody is anonymous';
      const name = `${gets ? 'gives' : 'refuses'} ${comer} the ${whose}, who ${where}${mode}`;
      test(`Connecting.open() ${name}`, () => {
        const world = new PipelineWorld();
        world.authenticator.admitsAnonymous = admitsAnonymous;
        const told: string[] = [];
        const first = world.connecting.open(
          connectOf({ cleanSession: clean, username: owner }),
          ALLOWED,
          PEER,
          connection(told, 'known'),
          new RecordingOutlet(),
        );
        const { session } = accepted(first).client;
        world.registry.subscribe(session, 't', 1);
        if (away) world.registry.leave(session);
        world.store.written.length = 0;
        const outcome = open(world, connectOf({ cleanSession: false, username: comer }));
        assert.equal(outcome.accepted, gets);
        if (outcome.accepted) {
          assert.equal(outcome.sessionPresent, !clean);
          assert.deepEqual(outcome.client.session.owner, { username: comer });
          const claim = `claim c of ${comer}`;
          const claims = !clean && owner !== comer;
          assert.equal(world.store.written.includes(claim), claims, world.store.written.join());
          return;
        }
        assert.equal(outcome.returnCode, 2);
        assert.match(outcome.why, /another user/);
        assert.deepEqual([told, world.registry.get('c'), world.store.written], [[], session, []]);
        assert.deepEqual([...session.subscriptions], [['t', 1]]);
        assert.deepEqual([world.counters.connectsRefused, world.counters.takeoversRefused], [1, 1]);
        assert.equal(world.counters.refused['identifier-taken'], 1);
      });
    }
  }
}

for (const username of [undefined, 'bob']) {
  test(`Connecting.open() gives ${username} a session of which nobody knows whose it is`, () => {
    const world = new PipelineWorld();
    const stored = { owner: undefined, leftAtMs: undefined, nextSequence: 0 };
    const empty = { subscriptions: new Map(), received: [], deliveries: [], replays: [] };
    world.registry.restore([{ clientId: 'c', ...stored, ...empty }], undefined);
    const { sessionPresent } = accepted(open(world, connectOf({ cleanSession: false, username })));
    assert.equal(sessionPresent, true);
    assert.ok(world.store.written.includes(username === undefined ? 'claim c' : 'claim c of bob'));
    assert.ok(!open(world, connectOf({ cleanSession: false, username: 'cleo' })).accepted);
  });
}

/** CONNECT after CONNECT of one client identifier, and whether there was a session each time. */
const sequences: readonly (readonly [clean: boolean[], present: boolean[]])[] = [
  [
    [true, true],
    [false, false],
  ],
  [
    [true, false, false],
    [false, false, true],
  ],
  [
    [false, false],
    [false, true],
  ],
  [
    [false, true, false],
    [false, false, false],
  ],
];

for (const [clean, present] of sequences) {
  test(`Connecting.open() with clean session ${clean.join()} finds ${present.join()}`, () => {
    const world = new PipelineWorld();
    const found = clean.map((cleanSession) => {
      const { client, sessionPresent } = accepted(open(world, connectOf({ cleanSession })));
      world.registry.leave(client.session);
      return sessionPresent;
    });
    assert.deepEqual(found, present);
  });
}

/** What a client connects with after what it was before, and whether CONNACK waits for a commit. */
const waits: readonly (readonly [
  before: Partial<Connect> | undefined,
  packet: Partial<Connect>,
  waits: boolean,
])[] = [
  [undefined, { cleanSession: true }, false],
  [undefined, { cleanSession: false }, true],
  [undefined, { cleanSession: true, will: willOf() }, true],
  [{ cleanSession: true }, { cleanSession: true }, false],
  [{ cleanSession: false }, { cleanSession: false }, true],
  [{ cleanSession: false }, { cleanSession: true }, true], // or what was discarded comes back
];
for (const [before, packet, expected] of waits) {
  const was = before === undefined ? 'nothing' : `clean ${before.cleanSession}`;
  const is = `clean ${packet.cleanSession}${packet.will === undefined ? '' : ' and a will'}`;
  test(`Connecting.open() of ${is} after ${was}: CONNACK waits ${expected}`, async () => {
    const world = new PipelineWorld({}, new HandStore());
    if (before !== undefined) {
      const { client } = accepted(open(world, connectOf(before)));
      world.registry.leave(client.session);
      world.gate.commit();
      await world.store.succeed();
    }
    const { ticket } = accepted(open(world, connectOf(packet)));
    assert.equal(ticket > 0, expected);
    assert.equal(ticket, world.gate.ticketOfAll());
  });
}

test('Connecting.open() waits for what an earlier CONNECT has discarded', async () => {
  const world = new PipelineWorld({}, new HandStore());
  const clean = () => accepted(open(world, connectOf({ cleanSession: true })));
  world.registry.leave(accepted(open(world, connectOf({ cleanSession: false }))).client.session);
  world.gate.commit();
  await world.store.succeed();
  const first = clean();
  world.registry.leave(first.client.session); // before its CONNACK
  assert.ok(first.ticket > 0);
  assert.equal(clean().ticket, first.ticket);
  world.gate.commit();
  assert.equal(clean().ticket, first.ticket);
  await world.store.succeed();
  assert.equal(clean().ticket, 0);
});

/** Who needs the store cannot be accepted while it fails. */
const failures: readonly (readonly [
  before: Partial<Connect> | undefined,
  packet: Partial<Connect>,
  returnCode: number,
])[] = [
  [undefined, { cleanSession: true }, 0],
  [undefined, { cleanSession: false }, 3],
  [undefined, { cleanSession: true, will: willOf() }, 3],
  [{ cleanSession: true }, { cleanSession: true }, 0],
  [{ cleanSession: false }, { cleanSession: false }, 3],
  [{ cleanSession: false }, { cleanSession: true }, 3],
];
for (const [before, packet, returnCode] of failures) {
  const was = before === undefined ? 'nothing' : `clean ${before.cleanSession}`;
  const is = `clean ${packet.cleanSession}${packet.will === undefined ? '' : ' and a will'}`;
  test(`Connecting.open() of ${is} after ${was} while the store fails: ${returnCode}`, async () => {
    const world = new PipelineWorld({}, new HandStore());
    if (before !== undefined) open(world, connectOf(before));
    else void world.gate.writing;
    world.gate.commit();
    await world.store.fail(new Error('disk full'));
    const written = world.store.written.length;
    const outcome = open(world, connectOf(packet));
    assert.equal(outcome.accepted ? 0 : outcome.returnCode, returnCode);
    assert.equal(world.store.written.length, written);
  });
}

test('Connecting.open() makes the client that the pipeline sees', () => {
  const world = new PipelineWorld();
  const outlet = new RecordingOutlet();
  const packet = connectOf({ username: 'u' });
  const outcome = world.connecting.open(packet, ALLOWED, PEER, connection(), outlet);
  const { client } = accepted(outcome);
  const shown = { address: ADDRESS, certificate: CERTIFICATE };
  assert.deepEqual(client.principal, { clientId: 'c', username: 'u', ...shown });
  assert.equal(client.outlet, outlet);
  assert.equal(client.session, world.registry.get('c'));
  assert.equal(client.session.outlet, undefined); // attached once CONNACK is written
  assert.equal(client.will, undefined);
});

/** What the authenticator says, what the client says, and the name that is vouched for. */
const names: readonly (readonly [
  answer: AuthenticationResult,
  username: string | undefined,
  vouched: string | undefined,
])[] = [
  [ALLOWED, 'u', 'u'],
  [ALLOWED, undefined, undefined],
  [{ allowed: true, username: 'cn' }, 'u', 'cn'],
  [{ allowed: true, username: 'cn' }, undefined, 'cn'],
  [{ allowed: true, anonymous: true }, 'u', undefined],
];

for (const [answer, username, vouched] of names) {
  test(`Connecting.open() of ${username} with ${JSON.stringify(answer)} is ${vouched}`, () => {
    const world = new PipelineWorld();
    const { client } = accepted(open(world, connectOf({ username }), answer));
    assert.equal(client.principal.username, vouched);
  });
}

test('Connecting.open() makes an identifier for a client that has none', () => {
  const world = new PipelineWorld();
  const ids = [1, 2].map(() => {
    const { client } = accepted(open(world, connectOf({ clientId: '' })));
    assert.equal(client.principal.clientId, client.session.clientId);
    return client.session.clientId;
  });
  assert.deepEqual(ids, ['made-1', 'made-2']);
  assert.equal(world.connecting.size, 2);
});

test('Connecting.open() keeps a will, though the packet it came in is overwritten', () => {
  const world = new PipelineWorld();
  const will = willOf({ topic: 'a/b', qos: 2, retain: false });
  const { client } = accepted(open(world, connectOf({ will })));
  will.payload.fill(0);
  assert.ok(client.will);
  assert.deepEqual(client.will.principal, client.principal);
  const { topic, qos, retain, publisher, payload } = client.will.message;
  assert.deepEqual(
    { topic, qos, retain, publisher },
    { topic: 'a/b', qos: 2, retain: false, publisher: 'c' },
  );
  assert.equal(Buffer.from(payload).toString(), 'bye');
});

test('Connecting.open() ends the connection there is before it opens the session', () => {
  const world = new PipelineWorld();
  const told: string[] = [];
  const { client } = accepted(open(world, connectOf({ cleanSession: false, clientId: 'other' })));
  const first: Connected = {
    takeOver() {
      const session = world.registry.get('c');
      assert.ok(session);
      told.push(`first gives way, ${session.subscriptions.size} subscriptions`);
      world.connecting.forget('c', first);
      world.registry.leave(session);
    },
    revoke() {},
  };
  const outlet = new RecordingOutlet();
  const one = accepted(
    world.connecting.open(connectOf({ cleanSession: false }), ALLOWED, PEER, first, outlet),
  );
  world.registry.subscribe(one.client.session, '#', 1);
  one.client.session.attach(outlet);

  const second = accepted(open(world, connectOf({ cleanSession: true })));
  assert.deepEqual(told, ['first gives way, 1 subscriptions']);
  assert.notEqual(second.client.session, one.client.session);
  assert.equal(second.sessionPresent, false);
  assert.equal(world.registry.get('other'), client.session);
  assert.equal(world.connecting.size, 2);
});

test('Connecting.open() hands a session over to the connection that comes', () => {
  const world = new PipelineWorld({ sessionExpiry: 10 });
  const outlet = new RecordingOutlet();
  const first: Connected = {
    takeOver() {
      world.connecting.forget('c', first);
      const session = world.registry.get('c');
      if (session !== undefined) world.registry.leave(session);
    },
    revoke() {},
  };
  const packet = connectOf({ cleanSession: false });
  const one = accepted(world.connecting.open(packet, ALLOWED, PEER, first, outlet));
  const two = accepted(open(world, packet));
  assert.equal(two.client.session, one.client.session);
  assert.equal(two.sessionPresent, true);
  world.clock.advance(3_600_000);
  assert.equal(world.registry.size, 1); // its client is there, so it does not expire
});

test('Connecting.forget() forgets a connection, but not the one that took its place', () => {
  const world = new PipelineWorld();
  const [first, second] = [connection(), connection()];
  for (const one of [first, second]) {
    world.connecting.open(connectOf(), ALLOWED, PEER, one, new RecordingOutlet());
  }
  assert.equal(world.connecting.size, 1);
  world.connecting.forget('c', first);
  world.connecting.forget('other', second);
  assert.equal(world.connecting.size, 1);
  world.connecting.forget('c', second);
  assert.equal(world.connecting.size, 0);
});

test('Connecting.announce() tells who listens', () => {
  const world = new PipelineWorld();
  const told: unknown[] = [];
  const { client, sessionPresent } = accepted(open(world, connectOf()));
  world.connecting.announce(client, sessionPresent);
  world.events.connected.on((event) => told.push(event));
  world.connecting.announce(client, true);
  assert.deepEqual(told, [{ client: client.principal, sessionPresent: true }]);
  assert.equal(world.counters.connectsAccepted, 2);
});

test('Connecting.revoke() ends connections that the authenticator does not admit any more', () => {
  const world = new PipelineWorld();
  const told: string[] = [];
  for (const [clientId, username] of [
    ['a', 'ann'],
    ['b', 'bob'],
    ['n', undefined],
  ] as const) {
    const packet = connectOf({ clientId, username });
    const admission = { allowed: true, by: `for ${username}` } as const;
    const own = connection(told, clientId);
    accepted(world.connecting.open(packet, admission, PEER, own, new RecordingOutlet()));
  }
  assert.equal(world.connecting.revoke(), 0, 'without the method everybody stays');
  const asked: unknown[] = [];
  world.authenticator.stillAdmits = (username, { by }) => {
    asked.push([username, by]);
    return username === 'bob';
  };
  assert.equal(world.connecting.revoke(), 2);
  assert.deepEqual(told, ['a is revoked', 'n is revoked']);
  const everybody = ['ann', 'bob', undefined].map((name) => [name, `for ${name}`]);
  assert.deepEqual(asked, everybody);
});

test('Connecting.open() refuses whom an authenticator let in that was replaced since', () => {
  const world = new PipelineWorld();
  world.authenticator.stillAdmits = () => false;
  const outcome = open(world, connectOf({ username: 'ann' }));
  assert.ok(!outcome.accepted);
  assert.deepEqual([outcome.returnCode, outcome.why], [5, 'credentials-revoked']);
  assert.equal(world.connecting.size, 0);
});
