import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMosquittoConf } from './parse-mosquitto-conf.js';

test('parseMosquittoConf() gives names and values with their lines', () => {
  const text = '# a comment\n\nlistener 1883 \r\n  topic read a b\nnaked\n\t# indented\nx\ty';
  assert.deepEqual(parseMosquittoConf(text, 'm.conf'), [
    { name: 'listener', value: '1883', place: 'm.conf:3' },
    { name: 'topic', value: 'read a b', place: 'm.conf:4' },
    { name: 'naked', value: '', place: 'm.conf:5' },
    { name: 'x', value: 'y', place: 'm.conf:7' },
  ]);
});
