import { connectMalformedChapter } from '../chapters/connect-malformed.testing.js';
import { connectChapter } from '../chapters/connect.testing.js';
import { connectionChapter } from '../chapters/connection.testing.js';
import { headerChapter } from '../chapters/header.testing.js';
import { publishChapter } from '../chapters/publish.testing.js';
import { qosInChapter } from '../chapters/qos-in.testing.js';
import { qosOutChapter } from '../chapters/qos-out.testing.js';
import { retainChapter } from '../chapters/retain.testing.js';
import { sessionChapter } from '../chapters/session.testing.js';
import { sharedChapter } from '../chapters/shared.testing.js';
import { subscribeChapter } from '../chapters/subscribe.testing.js';
import { topicsChapter } from '../chapters/topics.testing.js';
import { unsubscribeChapter } from '../chapters/unsubscribe.testing.js';
import { utf8Chapter } from '../chapters/utf8.testing.js';
import { websocketChapter } from '../chapters/websocket.testing.js';
import { willChapter } from '../chapters/will.testing.js';
import type { Chapter, ConformanceTest } from './chapter.js';

/** All tests, in the order of the standard. */
export const CHAPTERS: readonly Chapter[] = [
  utf8Chapter,
  headerChapter,
  connectChapter,
  connectMalformedChapter,
  willChapter,
  sessionChapter,
  publishChapter,
  retainChapter,
  subscribeChapter,
  unsubscribeChapter,
  connectionChapter,
  qosInChapter,
  qosOutChapter,
  topicsChapter,
  websocketChapter,
  sharedChapter,
];

/** A test and where it stands. */
export interface Entry {
  readonly chapter: Chapter;
  readonly test: ConformanceTest;
}

/**
 * The tests that one of the words picks: the name of a chapter, a statement id, or a part of a
 * test's name in any case. All of them, if there are no words.
 */
export function selectTests(words: readonly string[], chapters = CHAPTERS): Entry[] {
  const all = chapters.flatMap((chapter) => chapter.tests.map((test) => ({ chapter, test })));
  if (words.length === 0) return all;
  return all.filter(({ chapter, test }) =>
    words.some(
      (word) =>
        chapter.name === word
        || test.clauses.includes(word)
        || test.name.toLowerCase().includes(word.toLowerCase()),
    ),
  );
}
