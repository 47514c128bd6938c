/** Arbitrary topic names and filters for property tests. */
import fc from 'fast-check';
import { anyText } from '../bytes/any-text.testing.js';

/** A name of any characters that are allowed, with many separators. */
export function anyTopicName(): fc.Arbitrary<string> {
  return topicOf(fc.array(anyLevel(), { minLength: 1, maxLength: 6 }));
}

/** A filter of any characters that are allowed, with many wildcards. */
export function anyTopicFilter(): fc.Arbitrary<string> {
  const level = fc.oneof(anyLevel(), fc.constant('+'));
  return topicOf(
    fc
      .tuple(fc.array(level, { minLength: 1, maxLength: 5 }), fc.boolean())
      .map(([levels, rest]) => (rest ? [...levels, '#'] : levels)),
  );
}

/** A name of few characters, so that many pairs of a filter and a name match. */
export function anySmallTopicName(): fc.Arbitrary<string> {
  return topicOf(fc.array(anySmallLevel(), { minLength: 1, maxLength: 4 }));
}

/** A filter of few characters, so that many pairs of a filter and a name match. */
export function anySmallTopicFilter(): fc.Arbitrary<string> {
  const level = fc.oneof(anySmallLevel(), fc.constant('+'));
  return topicOf(
    fc
      .tuple(fc.array(level, { maxLength: 4 }), fc.boolean())
      .map(([levels, rest]) => (rest ? [...levels, '#'] : levels)),
  );
}

function anyLevel(): fc.Arbitrary<string> {
  return anyText(8).map((text) => text.replaceAll(/[\0+#]/g, ''));
}

function anySmallLevel(): fc.Arbitrary<string> {
  return fc.constantFrom('a', 'b', '', '$', 'ab', '$a');
}

function topicOf(levels: fc.Arbitrary<string[]>): fc.Arbitrary<string> {
  return levels.map((parts) => parts.join('/')).filter((topic) => topic !== '');
}
