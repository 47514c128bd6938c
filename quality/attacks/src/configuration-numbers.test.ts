import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBroker, type LimitName, LIMITS } from '@magpie/broker';
import { optionEntries, parseConfigFile, resolveConfig } from '@magpie/broker/server';
import { MemoryListener, TestClient } from '@magpie/broker/testing';

/**
 * Goal: no number in the configuration does anything surprising.
 * Method: from the tables of limits and options, each number at 0, 1, its maximum, one beyond,
 * negative, NaN, a fraction and as text. It is refused with a message that names it, or a broker
 * that runs with it serves.
 */

const EMPTY = parseConfigFile('', 'm.yaml');
const NEVER = ['-1', '.nan', '.inf', '1.5', '"1"', 'true', '~', '[]', '0x'];

for (const [name, spec] of Object.entries(LIMITS)) {
  if ('values' in spec) continue;
  const tried = [0, 1, spec.min, spec.default, spec.max];
  const inRange = (value: number) => value >= spec.min && value <= spec.max;

  test(`limits.${name} in the file is taken in its range, and refused beyond`, () => {
    const texts = [...tried.map(String), String(spec.max + 1), ...NEVER];
    for (const text of texts) {
      const file = parseConfigFile(`limits: { ${name}: ${text} }`, 'm.yaml');
      const good = Number.isInteger(Number(text)) && text !== '' && inRange(Number(text));
      if (good) {
        assert.deepEqual(file.problems, [], text);
        const resolved = resolveConfig({ flags: {}, env: {}, file });
        assert.ok(resolved.ok);
        assert.equal(resolved.config.limits[name as LimitName], Number(text));
      } else {
        assert.match(file.problems[0]?.message ?? '', new RegExp(`${name} must be `), text);
      }
    }
  });

  test(`--limit ${name}=VALUE is taken in its range, and refused beyond`, () => {
    const texts = [...tried.map(String), String(spec.max + 1), '-1', 'NaN', '1.5', 'many', ''];
    for (const text of texts) {
      const flags = { limit: [`${name}=${text}`] };
      const resolved = resolveConfig({ flags, env: {}, file: EMPTY });
      const good = text !== '' && Number.isInteger(Number(text)) && inRange(Number(text));
      assert.equal(resolved.ok, good, text);
      if (!resolved.ok) assert.match(resolved.problems[0]?.message ?? '', new RegExp(name));
    }
  });

  test(`A broker serves, or refuses in good order, with ${name} at its ends`, async () => {
    for (const value of new Set(tried.filter(inRange))) {
      // Or a byte a second would take its time.
      const limits = { publishRatePolicy: 'disconnect', [name]: value } as const;
      await using broker = await createBroker({ limits });
      const listener = new MemoryListener();
      await broker.listen(listener);
      for (const clientId of ['a', 'b']) {
        const client = new TestClient(listener.connect());
        const answer = await client.connect({ clientId, cleanSession: false }).then(
          ({ returnCode }) => returnCode,
          () => 'closed',
        );
        if (answer !== 0) continue;
        await client.subscribe(['t', 1]).catch(() => []);
        client.publish('t', 'x', { qos: 1, packetId: 1, retain: true });
        await client.nothingMore();
        client.peer.hangUp();
      }
    }
  });
}

const ports = optionEntries().filter(([, { kind }]) => kind === 'port');
for (const [option, { flag, env }] of ports) {
  test(`${flag} and ${env} take ports and nothing else`, () => {
    for (const text of ['0', '1', '65535', '65536', '-1', 'NaN', '1.5', 'many', '1e3', ' ']) {
      const good = ['0', '1', '65535'].includes(text);
      for (const sources of [
        { flags: { [option]: text }, env: {} },
        { flags: {}, env: { [env]: text } },
      ]) {
        const resolved = resolveConfig({ ...sources, file: EMPTY });
        assert.equal(resolved.ok, good, text);
        if (!resolved.ok)
          assert.match(resolved.problems[0]?.message ?? '', /must be a port|must be/);
      }
    }
  });
}
