import assert from 'node:assert/strict';
import { test } from 'node:test';

import { adminApiPage } from './admin-api-page.js';

const page = adminApiPage({
  paths: {
    '/things/{id}': {
      put: {
        tags: ['Things'],
        summary: 'Make a thing',
        'x-role': 'admin',
        parameters: [
          {
            name: 'id',
            in: 'path',
            required: true,
            description: 'a|b',
            schema: { type: 'string' },
          },
          {
            name: 'limit',
            in: 'query',
            schema: { type: 'integer', minimum: 1, maximum: 9, default: 3 },
          },
        ],
        requestBody: { content: { 'application/json': { schema: { $ref: '#/x/NewThing' } } } },
        responses: {
          200: {
            description: 'It is made',
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  properties: { data: { type: 'array', items: { $ref: '#/x/NewThing' } } },
                },
              },
            },
          },
          404: { description: 'No' },
        },
      },
    },
  },
  components: {
    schemas: {
      NewThing: {
        type: 'object',
        required: ['name', 'kind'],
        properties: {
          name: { anyOf: [{ type: 'string' }, { type: 'null' }], description: 'Its name' },
          kind: { enum: ['big', 'small'] },
          at: { type: 'string', format: 'date-time' },
          done: { const: true },
        },
      },
      Word: { type: 'string' },
    },
  },
});

const parts: readonly (readonly [what: string, text: string])[] = [
  [
    'an operation below its tag',
    '## Things\n\n### `PUT /things/{id}`\n\nMake a thing. Role: admin.',
  ],
  ['a parameter that is needed', '| `id` | path | string | a\\|b |'],
  ['a parameter with range and default', '| `limit` | query | integer 1 to 9, by default `3` |  |'],
  ['the body', 'Body: [NewThing](#newthing-shape).'],
  ['the answer', 'Answers 200: { data: list of [NewThing](#newthing-shape) }. It is made.'],
  ['other answers', 'Or: 404.'],
  ['a shape', '### NewThing (shape)\n\n| Field | Type | Meaning |'],
  ['a field that may be null', '| `name` | string or null | Its name |'],
  ['the values of a field', '| `kind` | `big`, `small` |  |'],
  ['a field that may be left out', '| `at` | string (date-time), optional |  |'],
  ['a field with one value', '| `done` | `true`, optional |  |'],
  ['a shape that is no object', '### Word (shape)\n\nstring\n'],
];

for (const [what, text] of parts) {
  test(`adminApiPage() shows ${what}`, () => {
    assert.ok(page.includes(text), page);
  });
}
