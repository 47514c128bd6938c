import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FIELD_SCHEMAS, fieldSchema } from './field-schemas.js';

test('FIELD_SCHEMAS has each type under its name, with a description of each key', () => {
  for (const [type, schema] of Object.entries(FIELD_SCHEMAS)) {
    assert.equal(schema.shape.type.value, type);
    for (const [key, value] of Object.entries(schema.shape)) {
      assert.ok((value as { description?: string }).description, `${type}.${key}`);
    }
  }
});

const wrong: [field: object, path: string, message: string][] = [
  [{ type: 'text' }, 'text', 'given, or length instead of it, but not both'],
  [{ type: 'text', text: 'a', length: 5 }, 'text', 'given, or length instead of it, but not both'],
  [{ type: 'walk', min: 0, max: 1, step: 1, start: 2 }, 'start', 'from min to max'],
  [{ type: 'walk', min: 0, max: 1, step: 0 }, 'step', 'a number above 0'],
  [{ type: 'float', min: 0, max: 1, decimals: 10 }, 'decimals', 'a whole number from 0 to 9'],
  [{ type: 'int', min: 0.5, max: 1 }, 'min', 'a whole number'],
  [{ type: 'sine', min: 0, max: 1, period: 0 }, 'period', 'more than 0 seconds'],
];
for (const [field, path, message] of wrong) {
  test(`fieldSchema refuses ${JSON.stringify(field)}`, () => {
    const issues = fieldSchema.safeParse(field).error?.issues ?? [];
    assert.deepEqual(
      issues.map((issue) => [issue.path.join('.'), issue.message]),
      [[path, message]],
    );
  });
}
