import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LIMITS, type LimitName, limitProblem, limitsFrom } from './limits.js';

const names = Object.keys(LIMITS) as LimitName[];

for (const name of names) {
  const spec = LIMITS[name];

  test(`LIMITS.${name} says what it bounds, in which unit, and when it is full`, () => {
    assert.match(spec.doc, /^[A-Z].*\.$/);
    assert.notEqual(spec.policy, '');
    assert.notEqual(spec.unit, '');
    assert.equal(limitProblem(name, spec.default), undefined);
  });

  if ('values' in spec) {
    test(`limitProblem() of ${name} takes the words of its list and nothing else`, () => {
      for (const value of spec.values) {
        assert.equal(limitProblem(name, value), undefined);
        assert.deepEqual(limitsFrom({ [name]: value })[name], value);
      }
      const refused = ['', 'drop', 'constructor', 0, NaN, true, null, {}, [spec.default]];
      for (const value of refused) {
        const wanted: string = `${name} must be one of ${spec.values.join(', ')}: `;
        assert.equal(limitProblem(name, value), `${wanted}current value is ${String(value)}`);
      }
    });
    continue;
  }

  test(`limitProblem() of ${name} takes ${spec.min} to ${spec.max}`, () => {
    assert.ok(Number.isSafeInteger(spec.min) && Number.isSafeInteger(spec.max));
    assert.ok(spec.min >= 0 && spec.min <= spec.default && spec.default <= spec.max);
    for (const value of [spec.min, spec.default, spec.max]) {
      assert.equal(limitProblem(name, value), undefined);
      assert.equal(limitsFrom({ [name]: value })[name], value);
    }
  });

  test(`limitProblem() of ${name} refuses what is out of range or no integer`, () => {
    const outside = [spec.min - 1, spec.max + 1, -1, NaN, Infinity, -Infinity, spec.min + 0.5];
    const otherTypes = [String(spec.default), '', true, null, 1n, [spec.default], {}];
    for (const value of [...outside, ...otherTypes]) {
      const range = `from ${spec.min} to ${spec.max} (${spec.unit})`;
      const wanted: string = `${name} must be an integer ${range}: `;
      assert.equal(limitProblem(name, value), `${wanted}current value is ${String(value)}`);
      assert.throws(() => limitsFrom({ [name]: value }), RangeError);
    }
  });
}

test('limitProblem() tells what is no limit', () => {
  for (const name of ['', 'inflight', 'InflightMax', 'constructor', '__proto__', 'toString']) {
    assert.equal(limitProblem(name, 1), `There is no limit ${name}`);
  }
});

test('limitProblem() puts any value into words', () => {
  for (const value of [Symbol('s'), () => 1, undefined]) {
    assert.match(limitProblem('inflightMax', value) ?? '', /: current value is ./);
    assert.match(limitProblem('queueFullPolicy', value) ?? '', /: current value is ./);
  }
});

test('limitsFrom() fills what is left out with the defaults', () => {
  const defaults = Object.fromEntries(names.map((name) => [name, LIMITS[name].default]));
  assert.deepEqual(limitsFrom(), defaults);
  assert.deepEqual(limitsFrom({ inflightMax: undefined }), defaults);
  assert.deepEqual(limitsFrom({ inflightMax: 7 }), { ...defaults, inflightMax: 7 });
});

test('limitsFrom() names every problem at once', () => {
  const given = { inflightMax: 0, nonsense: 1, queueFullPolicy: 'drop', packetBytesMax: 'many' };
  assert.throws(() => limitsFrom({ ...given, sessionExpiry: 5 }), {
    name: 'RangeError',
    message: [
      'inflightMax must be an integer from 1 to 32767 (messages): current value is 0',
      'There is no limit nonsense',
      'queueFullPolicy must be one of drop-newest, drop-oldest, disconnect: current value is drop',
      'packetBytesMax must be an integer from 64 to 268435460 (bytes): current value is many',
    ].join('; '),
  });
});
