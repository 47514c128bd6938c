// needs: paho-python
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { startBroker, type TestBroker } from './broker.testing.js';
import { Program } from './program.testing.js';

type Transport = 'tcp' | 'websockets';

const QOS = [0, 1, 2] as const;
const HEARD = /^heard /;
const numbered = (count: number) => Array.from({ length: count }, (_, index) => String(index));
const heardBy = (lines: readonly string[]) => lines.filter((line) => HEARD.test(line));

/** Debian's Python: only that one sees Debian's paho. */
const PYTHON = '/usr/bin/python3';
const SCRIPT = 'quality/clients/paho-python/session.py';

function session(
  t: TestContext,
  at: TestBroker,
  transport: Transport,
  role: string,
  ...args: readonly string[]
): Program {
  const port = transport === 'tcp' ? at.tcpPort : at.wsPort;
  return Program.start(t, PYTHON, [SCRIPT, role, transport, at.host, String(port), ...args]);
}

for (const transport of ['tcp', 'websockets'] as const) {
  for (const qos of QOS) {
    const what = `1,000 messages in order at QoS ${qos} over ${transport}`;
    test(`Paho Python sends and receives ${what}`, async (t) => {
      const at = await startBroker(t);
      const receiving = session(t, at, transport, 'receive', 'receiver', String(qos));
      await receiving.line(/^ready/);
      await session(t, at, transport, 'send', 'sender', String(qos), '1000').succeeds();
      const said = await receiving.succeeds();
      assert.ok(said.includes(`ready ${qos}`));
      const expected = [...numbered(1000), 'end'].map(
        (text) => `heard ${qos} 0 paho/${qos} ${text}`,
      );
      assert.deepEqual(heardBy(said), expected);
    });
  }

  test(`Paho Python finds its session again over ${transport}`, async (t) => {
    const at = await startBroker(t);
    const first = await session(t, at, transport, 'subscribe', 'device', '1').succeeds();
    assert.ok(first.includes('connected 0'));
    await session(t, at, transport, 'send', 'sender', '1', '300').succeeds();
    const back = await session(t, at, transport, 'receive', 'device', '1').succeeds();
    assert.ok(back.includes('connected 1'));
    const expected = [...numbered(300), 'end'].map((text) => `heard 1 0 paho/1 ${text}`);
    assert.deepEqual(heardBy(back), expected);
  });
}

test('Paho Python that dies leaves its will; a retained message is heard before', async (t) => {
  const at = await startBroker(t);
  await session(t, at, 'tcp', 'retain', 'keeper', '2', 'kept').succeeds();
  const receiving = session(t, at, 'websockets', 'receive', 'receiver', '2');
  await receiving.line(/^heard/);
  await session(t, at, 'websockets', 'die', 'dying', '2').succeeds();
  const said = await receiving.succeeds();
  assert.deepEqual(heardBy(said), ['heard 2 1 paho/2 kept', 'heard 2 0 paho/2 end']);
});

test('Paho Python is told why it is refused', async (t) => {
  const refusing = { authenticate: () => ({ allowed: false, why: 'not-authorized' }) as const };
  const at = await startBroker(t, { authenticator: refusing });
  const program = session(t, at, 'tcp', 'subscribe', 'device', '1');
  await program.line(/^refused 5$/);
});
