import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Fact } from './fact.js';
import { VERDICTS } from './fact.js';
import { entryLine, SENTENCES, sentenceOf } from './sentences.js';

const FULL: Omit<Fact, 'kind'> = {
  atMs: 1_700_000_000_000,
  clientId: 'c',
  topic: 'a/b',
  filter: 'a/+',
  address: '192.0.2.1',
  why: 'why',
  rule: 'acl.yaml:2',
  qos: 1,
  count: 3,
  max: 9,
  names: ['meant'],
};

for (const language of ['en', 'zh'] as const) {
  const kinds = Object.keys(SENTENCES[language]) as (keyof (typeof SENTENCES)['en'])[];
  test(`sentenceOf() has words in ${language} for every fact, whatever is known of it`, () => {
    for (const verdict of VERDICTS) assert.ok(kinds.includes(verdict), verdict);
    for (const kind of kinds) {
      for (const fact of [{ kind }, { kind, ...FULL }]) {
        const sentence = sentenceOf(fact, language);
        assert.ok(sentence.length > 3 && !sentence.includes('undefined'), sentence);
        if (language === 'zh') assert.match(sentence, /\p{Script=Han}/u);
      }
    }
  });
}

test('sentenceOf() tells apart what differs', () => {
  const texts = VERDICTS.map((kind) => sentenceOf({ kind, ...FULL }, 'en'));
  assert.equal(new Set(texts).size, VERDICTS.length);
});

test('sentenceOf() tells who has published nothing, and when it was published before', () => {
  const { atMs = 0, clientId = '', topic = '' } = FULL;
  const said = (fact: Partial<Fact>) => sentenceOf({ kind: 'no-publish', topic, ...fact }, 'en');
  assert.equal(said({}), 'Nothing was published on a/b, as far as is known');
  assert.equal(said({ clientId }), 'c has published nothing on a/b, as far as is known');
  const since = 'Nothing was published on a/b since; the last was at 2023-11-14T22:13:20.000Z';
  assert.equal(said({ atMs }), since);
});

test('sentenceOf() and entryLine() let no control character of a peer through', () => {
  const clientId = 'a\u001b[2Jb\n';
  const sentence = sentenceOf({ kind: 'never-connected', clientId }, 'en');
  const rest = { topic: clientId, other: '', why: '', retain: false, count: 0, qos: 1 } as const;
  const line = entryLine({ kind: 'queued', atMs: 0, clientId, ...rest });
  for (const text of [sentence, line]) assert.doesNotMatch(text, /\p{Cc}/u);
  assert.match(line, /^1970-01-01T00:00:00.000Z queued a.* QoS 1$/);
});
