import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { parseScenario } from './parse-scenario.js';

const problemsOf = (text: string) => {
  const parsed = parseScenario(text, 's.yaml');
  return 'problems' in parsed ? parsed.problems : [];
};

/** A scenario with one group that has this in it. */
const group = (lines: string) => `duration: 5\ngroups:\n  - name: a\n    count: 2\n    ${lines}`;
const publish = (rest: string) => group(`publish: [{ topic: x, every: 1, ${rest} }]`);
const field = (rest: string) => publish(`payload: { format: json, fields: { f: { ${rest} } } }`);

const wrong: [what: string, text: string, problems: string[]][] = [
  [
    'an empty file',
    '',
    [
      's.yaml:1:1: duration must be more than 0 seconds, at most 86400: it is missing',
      's.yaml:1:1: groups must be a list of groups: it is missing',
    ],
  ],
  [
    'misspelt keys, wherever they are',
    group('sesion: clean\n    publish: [{ topic: x, every: 1, qoss: 1 }]\nsede: 1'),
    [
      's.yaml:5:5: groups[0].sesion is not a known key: did you mean session?',
      's.yaml:6:37: groups[0].publish[0].qoss is not a known key: did you mean qos?',
      's.yaml:7:1: sede is not a known key: did you mean seed?',
    ],
  ],
  [
    'a misspelt key of a field',
    field('type: walk, min: 0, max: 1, stepp: 1, step: 1'),
    [
      's.yaml:5:105: groups[0].publish[0].payload.fields.f.stepp is not a known key: did you mean '
        + 'step?',
    ],
  ],
  [
    'an unknown type of field',
    field('type: wlak'),
    [
      's.yaml:5:83: groups[0].publish[0].payload.fields.f.type must be one of constant, counter, '
        + 'int, float, walk, choice, time, sine, text, uuid, bool: current value is wlak',
    ],
  ],
  [
    'bounds the wrong way round',
    field('type: int, min: 5, max: 4'),
    [
      's.yaml:5:101: groups[0].publish[0].payload.fields.f.max must be at least min: current value '
        + 'is 4',
    ],
  ],
  [
    'weights that are too few',
    field('type: choice, of: [a, b], weights: [1]'),
    [
      's.yaml:5:112: groups[0].publish[0].payload.fields.f.weights must be a list of numbers from '
        + '0 on, one for each of `of`, of which one is above 0: current value is a list',
    ],
  ],
  [
    'our own field',
    publish('payload: { format: json, fields: { _bench: { type: uuid } } }'),
    [
      's.yaml:5:70: groups[0].publish[0].payload.fields must be a table without _bench: that is '
        + 'ours: current value is a table',
    ],
  ],
  [
    'an unknown format',
    publish('payload: { format: xml }'),
    [
      's.yaml:5:56: groups[0].publish[0].payload.format must be one of bytes, json, cbor, text: '
        + 'current value is xml',
    ],
  ],
  [
    'two paces',
    group('publish: [{ topic: x, every: 1, rate: 1 }]'),
    [
      's.yaml:5:15: groups[0].publish[0] must be a table with either every or rate: current value '
        + 'is a table',
    ],
  ],
  [
    'no time to leave, and times the wrong way round',
    group('leave: [{ away: [1, 2] }, { after: [3, 2], away: [1, 1] }]'),
    [
      's.yaml:5:13: groups[0].leave[0] must be a table with either after or at: current value is a '
        + 'table',
      's.yaml:5:40: groups[0].leave[1].after must be two numbers of seconds, the lower one first: '
        + '[5, 30]: current value is a list',
    ],
  ],
  [
    'values out of range',
    'duration: 0\nseed: -1\ngroups:\n  - { name: "a b", count: 0, session: forever }',
    [
      's.yaml:1:11: duration must be more than 0 seconds, at most 86400: current value is 0',
      's.yaml:2:7: seed must be a whole number from 0 to 4294967295: current value is -1',
      's.yaml:4:13: groups[0].name must be letters, digits, - and _: current value is a b',
      's.yaml:4:27: groups[0].count must be a whole number from 1 to 1000000: current value is 0',
      's.yaml:4:39: groups[0].session must be one of clean, persistent: current value is forever',
    ],
  ],
  [
    'topics that are none',
    group('publish: [{ topic: "x/#", every: 1 }]\n    subscribe: [{ topic: "x#" }]'),
    [
      "s.yaml:5:24: groups[0].publish[0].topic is 'x/#', which cannot be used: it has a wildcard",
      "s.yaml:6:26: groups[0].subscribe[0].topic is 'x#', which cannot be used: it has a # that is "
        + 'not the whole last level',
    ],
  ],
  [
    'names that nothing stands for',
    group('clientId: "{id}-{n}"\n    username: "{i}"'),
    [
      's.yaml:5:15: groups[0].clientId has {id} in it: known are {n}, {group}',
      's.yaml:6:15: groups[0].username has {i} in it: known are {n}, {id}, {group}',
    ],
  ],
  [
    'a text with a field that is not there',
    publish('payload: { format: text, text: "{a} {b}", fields: { a: { type: uuid } } }'),
    [
      's.yaml:5:68: groups[0].publish[0].payload.text has {b} in it: known are {n}, {id}, {group}, '
        + '{a}',
    ],
  ],
  [
    'client identifiers that are the same',
    group('clientId: x\n  - name: b\n    count: 1\n    clientId: y\n  - name: b\n    count: 1'),
    [
      's.yaml:5:15: groups[0].clientId has no {n}: clients with one identifier end each other',
      "s.yaml:9:11: groups[2].name is 'b', as that of groups[1]: give each group a name of its own",
    ],
  ],
  [
    'one client identifier for two groups',
    group('clientId: "x{n}"\n  - name: b\n    count: 1\n    clientId: "x{n}"'),
    [
      's.yaml:8:15: groups[1].clientId is as that of groups[0]: two clients with one identifier '
        + 'end each other',
    ],
  ],
  [
    'a storm after the end',
    group('leave: [{ at: 5, away: [1, 1] }, { after: [0, 0], away: [0, 0] }]'),
    [
      's.yaml:5:19: groups[0].leave[0].at is not before the end: duration is 5 s',
      's.yaml:5:47: groups[0].leave[1].after is no time at all: the upper one must be above 0',
    ],
  ],
];
for (const [what, text, problems] of wrong) {
  test(`parseScenario() says where and what is wrong: ${what}`, () => {
    assert.deepEqual(problemsOf(text), problems);
  });
}

test('parseScenario() takes at most so many devices, and at most so many lines of errors', () => {
  const many = (name: string) => `  - { name: ${name}, count: 600000 }\n`;
  assert.deepEqual(problemsOf(`duration: 5\ngroups:\n${many('a')}${many('b')}`), [
    's.yaml:3:3: groups has 1200000 devices: at most 1000000',
  ]);
  const broken = problemsOf('a: { b: }, '.repeat(100));
  assert.ok(broken.length <= 11, `${broken.length}`);
  assert.match(broken.at(-1)!, /^s\.yaml: \d+ more problems$/);
});

test('parseScenario() reads JSON, too', () => {
  const scenario = { duration: 5, groups: [{ name: 'a', count: 1 }] };
  assert.deepEqual(parseScenario(JSON.stringify(scenario), 's.json'), { scenario });
});

for (const name of ['sensors', 'vehicles']) {
  test(`parseScenario() finds nothing wrong with ${name}.yaml`, async () => {
    const file = new URL(`../../../scenarios/${name}.yaml`, import.meta.url);
    assert.deepEqual(problemsOf(await readFile(file, 'utf8')), []);
  });
}
