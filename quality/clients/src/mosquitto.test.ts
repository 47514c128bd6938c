// needs: mosquitto-clients
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Authenticator } from '@magpie/broker';
import { startBroker } from './broker.testing.js';
import { mosquittoPub, MosquittoSub } from './mosquitto.testing.js';
import { Program } from './program.testing.js';

const payloads = (heard: readonly { payload: string }[]) => heard.map(({ payload }) => payload);
const numbered = (count: number) => Array.from({ length: count }, (_, index) => String(index));
const QOS = [0, 1, 2] as const;

test('mosquitto gets each message at the lower of both QoS', async (t) => {
  const at = await startBroker(t);
  for (const subscribed of QOS) {
    const args = ['-t', `qos/${subscribed}/#`, '-q', String(subscribed), '-C', '3'];
    const sub = await MosquittoSub.start(t, at, args);
    for (const published of QOS) {
      const topic = `qos/${subscribed}/${published}`;
      await mosquittoPub(t, at, ['-t', topic, '-q', String(published), '-m', 'x y']);
    }
    const heard = await sub.succeeds();
    // A QoS 0 publisher ends before its message is taken: the next one may be faster.
    const got = [...heard].sort((a, b) => a.topic.localeCompare(b.topic));
    const expected = QOS.map((published) => ({
      topic: `qos/${subscribed}/${published}`,
      qos: Math.min(subscribed, published),
      retained: false,
      payload: 'x y',
    }));
    assert.deepEqual(got, expected);
  }
});

for (const version of ['mqttv31', 'mqttv311']) {
  test(`mosquitto speaks ${version} with us at every QoS`, async (t) => {
    const at = await startBroker(t);
    const sub = await MosquittoSub.start(t, at, ['-V', version, '-t', 'v', '-q', '2', '-C', '3']);
    for (const qos of QOS) {
      await mosquittoPub(t, at, ['-V', version, '-t', 'v', '-q', String(qos), '-m', `${qos}`]);
    }
    assert.deepEqual(payloads(await sub.succeeds()).sort(), ['0', '1', '2']);
  });
}

test('mosquitto is told that MQTT 5 is not spoken', async (t) => {
  const at = await startBroker(t);
  const args = ['-h', at.host, '-p', String(at.tcpPort), '-V', 'mqttv5', '-t', 't', '-m', 'x'];
  const pub = Program.start(t, 'mosquitto_pub', args);
  const { code } = await pub.exit();
  assert.notEqual(code, 0);
  assert.match(pub.lines.join('\n'), /unacceptable protocol version|Unsupported Protocol/i);
});

for (const qos of QOS) {
  test(`mosquitto_pub -l sends 2,000 messages at QoS ${qos}: all arrive, in order`, async (t) => {
    const at = await startBroker(t);
    const expected = numbered(2000);
    const level = String(qos);
    const sub = await MosquittoSub.start(t, at, ['-t', 'burst', '-q', level, '-C', '2000']);
    await mosquittoPub(t, at, ['-t', 'burst', '-q', level, '-l'], `${expected.join('\n')}\n`);
    assert.deepEqual(payloads(await sub.succeeds()), expected);
  });
}

test('mosquitto gets the last retained message of each topic until it is cleared', async (t) => {
  const at = await startBroker(t);
  const retain = (topic: string, text: string) =>
    mosquittoPub(t, at, ['-q', '1', '-r', '-t', topic, ...(text === '' ? ['-n'] : ['-m', text])]);
  await retain('home/kitchen', 'old');
  await retain('home/kitchen', 'warm');
  await retain('home/hall', 'cold');
  await retain('garden', 'wet');

  const first = await MosquittoSub.start(t, at, ['-t', 'home/+', '-q', '1', '-C', '2']);
  const heard = [...(await first.succeeds())].sort((a, b) => a.topic.localeCompare(b.topic));
  assert.deepEqual(heard, [
    { topic: 'home/hall', qos: 1, retained: true, payload: 'cold' },
    { topic: 'home/kitchen', qos: 1, retained: true, payload: 'warm' },
  ]);

  const watching = await MosquittoSub.start(t, at, ['-t', 'home/#', '-R', '-q', '1', '-C', '3']);
  await retain('home/hall', 'mild');
  await retain('home/hall', '');
  await retain('home/kitchen', '');
  assert.deepEqual(await watching.succeeds(), [
    { topic: 'home/hall', qos: 1, retained: false, payload: 'mild' },
    { topic: 'home/hall', qos: 1, retained: false, payload: '' },
    { topic: 'home/kitchen', qos: 1, retained: false, payload: '' },
  ]);

  const last = await MosquittoSub.start(t, at, ['-t', '#', '--retained-only', '-C', '1']);
  assert.deepEqual(payloads(await last.succeeds()), ['wet']);
});

const WILL = ['--will-topic', 'will', '--will-payload', 'gone', '--will-qos', '1'];

test('mosquitto_sub that is killed leaves its will, with its RETAIN flag', async (t) => {
  const at = await startBroker(t);
  const watching = await MosquittoSub.start(t, at, ['-t', 'will', '-q', '2', '-C', '1']);
  const dying = await MosquittoSub.start(t, at, ['-t', 't', ...WILL, '--will-retain']);
  await dying.program.stop('SIGKILL');
  assert.deepEqual(await watching.succeeds(), [
    { topic: 'will', qos: 1, retained: false, payload: 'gone' },
  ]);
  const later = await MosquittoSub.start(t, at, ['-t', 'will', '-C', '1']);
  assert.deepEqual(await later.succeeds(), [
    { topic: 'will', qos: 0, retained: true, payload: 'gone' },
  ]);
});

test('mosquitto_sub that disconnects takes its will with it', async (t) => {
  const at = await startBroker(t);
  const watching = await MosquittoSub.start(t, at, ['-t', '#', '-q', '2', '-C', '1']);
  const leaving = await MosquittoSub.start(t, at, ['-t', 't', ...WILL, '-E']);
  await leaving.succeeds();
  await mosquittoPub(t, at, ['-t', 'after', '-q', '1', '-m', 'the first thing heard']);
  assert.deepEqual(payloads(await watching.succeeds()), ['the first thing heard']);
});

test('mosquitto_sub -c gets in order what came while it was away, but QoS 0', async (t) => {
  const at = await startBroker(t);
  const device = ['-c', '-i', 'device', '-t', 'offline/+', '-q', '2'];
  await (await MosquittoSub.start(t, at, [...device, '-E'])).succeeds();

  const away = numbered(500);
  for (const qos of QOS) {
    const args = ['-t', `offline/${qos}`, '-q', String(qos), '-l'];
    await mosquittoPub(t, at, args, `${away.join('\n')}\n`);
  }
  const back = await MosquittoSub.start(t, at, [...device, '-C', '1000']);
  const heard = await back.succeeds();
  for (const qos of [1, 2]) {
    const ofQos = heard.filter((message) => message.qos === qos);
    assert.deepEqual(payloads(ofQos), away, `QoS ${qos}`);
    assert.ok(ofQos.every(({ topic }) => topic === `offline/${qos}`));
  }
});

test('mosquitto_sub without -c ends the session of its client identifier', async (t) => {
  const at = await startBroker(t);
  const device = ['-i', 'device', '-q', '1'];
  await (await MosquittoSub.start(t, at, [...device, '-c', '-t', 'a', '-E'])).succeeds();
  await mosquittoPub(t, at, ['-t', 'a', '-q', '1', '-m', 'lost']);
  const clean = await MosquittoSub.start(t, at, [...device, '-t', 'b', '-C', '1']);
  await mosquittoPub(t, at, ['-t', 'a', '-q', '1', '-m', 'lost too']);
  await mosquittoPub(t, at, ['-t', 'b', '-q', '1', '-m', 'heard']);
  assert.deepEqual(payloads(await clean.succeeds()), ['heard']);
});

test('mosquitto_sub in a $share group gets its part of the messages', async (t) => {
  const at = await startBroker(t);
  const shared = ['-t', '$share/workers/jobs/#', '-t', 'end', '-q', '1'];
  const members = await Promise.all([1, 2, 3].map(() => MosquittoSub.start(t, at, shared)));
  const other = await MosquittoSub.start(t, at, ['-t', 'jobs/#', '-q', '1', '-C', '90']);

  const jobs = numbered(90);
  await mosquittoPub(t, at, ['-t', 'jobs/a', '-q', '1', '-l'], `${jobs.join('\n')}\n`);
  await mosquittoPub(t, at, ['-t', 'end', '-q', '1', '-m', 'end']);
  assert.deepEqual(payloads(await other.succeeds()), jobs);
  await Promise.all(members.map(({ program }) => program.line(/ end$/)));
  const parts = members.map(({ heard }) => payloads(heard).filter((text) => text !== 'end'));
  assert.deepEqual(
    parts.flat().sort((a, b) => Number(a) - Number(b)),
    jobs,
  );
  for (const part of parts) assert.ok(part.length > 0, 'a member got nothing');
});

test('mosquitto hears overlapping filters once, and not what -U gave up', async (t) => {
  const at = await startBroker(t);
  const filters = ['-t', 'a/#', '-t', 'a/+/c', '-t', 'b/c', '-U', 'b/c', '-t', 'end'];
  const sub = await MosquittoSub.start(t, at, [...filters, '-q', '1']);
  await sub.program.line(/ received UNSUBACK$/);
  for (const topic of ['a/b/c', 'b/c', 'c', 'end']) {
    await mosquittoPub(t, at, ['-t', topic, '-q', '1', '-m', 'x']);
  }
  await sub.program.line(/ end x$/);
  assert.deepEqual(
    sub.heard.map(({ topic }) => topic),
    ['a/b/c', 'end'],
  );
});

test('mosquitto_pub -s sends 1 MiB in one message that arrives whole', async (t) => {
  const at = await startBroker(t);
  const sub = await MosquittoSub.start(t, at, ['-t', 'big', '-q', '2', '-C', '3']);
  const text = Array.from({ length: 1 << 17 }, (_, index) => String(index).padStart(8, '.'));
  for (const qos of QOS) {
    await mosquittoPub(t, at, ['-t', 'big', '-q', String(qos), '-s'], text.join(''));
  }
  const heard = await sub.succeeds();
  assert.equal(text.join('').length, 1 << 20);
  assert.deepEqual(
    heard.map(({ payload }) => payload === text.join('')),
    [true, true, true],
  );
});

const passwords: Authenticator = {
  authenticate({ username, password }) {
    if (username === undefined) return { allowed: false, why: 'not-authorized' };
    const good = username === 'ann' && Buffer.from(password ?? []).toString() === 'secret';
    return good ? { allowed: true } : { allowed: false, why: 'bad-credentials' };
  },
};
const refused = [
  {
    name: 'a wrong password',
    args: ['-u', 'ann', '-P', 'guess'],
    says: /bad user name or password/,
  },
  { name: 'no user name', args: [], says: /not authori[sz]ed/ },
];

test('mosquitto connects with -u and -P', async (t) => {
  const at = await startBroker(t, { authenticator: passwords });
  const ann = ['-u', 'ann', '-P', 'secret'];
  const sub = await MosquittoSub.start(t, at, [...ann, '-t', 't', '-C', '1']);
  await mosquittoPub(t, at, [...ann, '-t', 't', '-m', 'x']);
  assert.deepEqual(payloads(await sub.succeeds()), ['x']);
});

for (const { name, args, says } of refused) {
  test(`mosquitto is refused with ${name}`, async (t) => {
    const at = await startBroker(t, { authenticator: passwords });
    const all = ['-h', at.host, '-p', String(at.tcpPort), ...args, '-t', 't', '-m', 'x'];
    const pub = Program.start(t, 'mosquitto_pub', all);
    assert.notEqual((await pub.exit()).code, 0);
    assert.match(pub.lines.join('\n'), says);
  });
}
