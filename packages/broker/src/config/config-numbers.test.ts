import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { stringify } from 'yaml';
import { z } from 'zod';
import { parseConfigFile } from './config-file.js';
import { configSchema } from './config-schema.js';
import { resolveConfig } from './resolve-config.js';

/**
 * Every number that a magpie.yaml can hold, found in the schema itself so that none is left out, at
 * 0, 1, its ends, beyond them, negative, NaN, a fraction and as text: it is taken as it is, or
 * refused with a message that names it and says what is wanted.
 */

/** A number of the schema: where it stands, and from where to where it goes. */
interface NumberAt {
  /** `0` stands for any entry of a list. */
  readonly path: readonly (string | 0)[];
  /** The kind of entry, where a list has several. */
  readonly type: string | undefined;
  readonly min: number;
  readonly max: number;
}

function numbersOf(
  schema: z.core.$ZodType,
  path: readonly (string | 0)[] = [],
  type?: string,
): NumberAt[] {
  if (schema instanceof z.ZodOptional) return numbersOf(schema.unwrap(), path, type);
  if (schema instanceof z.ZodRecord) return numbersOf(schema.valueType, path, type);
  if (schema instanceof z.ZodArray) return numbersOf(schema.element, [...path, 0], type);
  if (schema instanceof z.ZodObject) {
    const kind = schema.shape['type'] as unknown;
    const own = kind instanceof z.ZodLiteral ? String(kind.value) : type;
    return Object.entries(schema.shape).flatMap(([key, value]) =>
      numbersOf(value as z.core.$ZodType, [...path, key], own),
    );
  }
  if (schema instanceof z.ZodDiscriminatedUnion) {
    return schema.options.flatMap((option) => numbersOf(option, path, type));
  }
  if (schema instanceof z.ZodNumber) {
    const { minValue, maxValue } = schema;
    assert.ok(
      Number.isSafeInteger(minValue) && Number.isSafeInteger(maxValue),
      `${path.join('.')}: no ends`,
    );
    return [{ path, type, min: Number(minValue), max: Number(maxValue) }];
  }
  const known = [z.ZodString, z.ZodEnum, z.ZodBoolean, z.ZodLiteral, z.ZodISODateTime];
  assert.ok(
    known.some((kind) => schema instanceof kind),
    `${path.join('.')}: this test does not know a ${schema._zod.def.type}: teach it to look inside`,
  );
  return [];
}

/** What stands beside a number, so that the rest is good. A new section needs its own. */
const BESIDE: Readonly<Record<string, object>> = {
  'listeners.tcp': { type: 'tcp' },
  'listeners.ws': { type: 'ws' },
  'listeners.tls': { type: 'tls', cert: 'a.crt', key: 'a.key' },
  'listeners.wss': { type: 'wss', cert: 'a.crt', key: 'a.key' },
  storage: { sync: 'interval' },
  'authentication.http': { url: 'http://a.example' },
  'authentication.postgres': { url: 'postgres://a.example/d' },
  'authentication.redis': { url: 'redis://a.example' },
  clients: { username: 'u' },
  otlp: { url: 'http://a.example' },
};

function configWith({ path, type }: NumberAt, value: unknown): string {
  const section = [...path.slice(0, -1).filter((step) => step !== 0), type].filter(Boolean);
  let inner: unknown = { ...BESIDE[section.join('.')], [String(path.at(-1))]: value };
  for (const step of path.slice(0, -1).toReversed())
    inner = step === 0 ? [inner] : { [step]: inner };
  return stringify(inner);
}

const at = (value: unknown, path: readonly (string | 0)[]): unknown =>
  path.reduce<unknown>((inside, step) => (inside as Record<string | 0, unknown>)[step], value);

const numbers = numbersOf(configSchema);

test('The schema of magpie.yaml has numbers in each of its sections', () => {
  const sections = new Set(
    numbers.map(({ path, type }) => [path[0], type].filter(Boolean).join('.')),
  );
  const expected = ['http', 'storage', 'authentication', 'clients', 'metrics', 'otlp', 'limits'];
  const listeners = ['tcp', 'tls', 'ws', 'wss'].map((type) => `listeners.${type}`);
  assert.deepEqual([...sections].toSorted(), [...expected, ...listeners].toSorted());
});

for (const number of numbers) {
  const { path, type, min, max } = number;
  const key = String(path.at(-1));
  const name = [...path.filter((step) => step !== 0), type].filter(Boolean).join(' ');

  test(`${name} in magpie.yaml is taken from ${min} to ${max}, and refused beyond`, () => {
    for (const value of new Set([0, 1, min, max, min - 1, max + 1, -1, 2 ** 53, -(2 ** 31)])) {
      const file = parseConfigFile(configWith(number, value), 'm.yaml');
      if (value < min || value > max) {
        assert.match(file.problems[0]?.message ?? '', new RegExp(`${key} must be `), `${value}`);
        continue;
      }
      assert.deepEqual(file.problems, [], `${value}`);
      assert.equal(at(file.values, path), value);
      const resolved = resolveConfig({ flags: {}, env: {}, file });
      assert.ok(resolved.ok, `${value}`);
    }
  });

  test(`${name} in magpie.yaml is refused when it is no integer`, () => {
    const texts = [`${min}`, '', ' ', 'many', '0x10', '1e3'];
    for (const value of [
      Number.NaN,
      Infinity,
      -Infinity,
      min + 0.5,
      ...texts,
      true,
      null,
      [min],
      {},
    ]) {
      const { problems } = parseConfigFile(configWith(number, value), 'm.yaml');
      assert.match(problems[0]?.message ?? '', new RegExp(`${key} must be `), inspect(value));
    }
  });
}
