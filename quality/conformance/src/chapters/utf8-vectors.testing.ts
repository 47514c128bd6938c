/** Texts no receiver may take, as hex dumps: ill-formed UTF-8, surrogates and U+0000 (1.5.3). */
export const BAD_TEXTS: readonly string[] = [
  '61 00 62      # U+0000',
  '00            # U+0000 alone',
  '80            # continuation byte without a start',
  '61 c3         # start byte at the end',
  'c3 28         # start byte followed by none',
  'e2 82         # two of three bytes',
  'f0 9f 98      # three of four bytes',
  'c0 80         # overlong U+0000',
  'c1 bf         # overlong U+007F',
  'e0 80 af      # overlong slash',
  'f0 80 80 af   # overlong slash in four bytes',
  'ed a0 80      # U+D800',
  'ed bf bf      # U+DFFF',
  'ed a0 bd ed b8 80  # a surrogate pair, each half encoded',
  'f4 90 80 80   # U+110000',
  'f8 88 80 80 80 # a five-byte form',
  'fe            # never a byte of UTF-8',
  'ff            # never a byte of UTF-8',
];

/** Texts every receiver has to take and hand on unchanged. */
export const GOOD_TEXTS: readonly { readonly name: string; readonly text: string }[] = [
  { name: 'Latin letters with marks', text: 'crème brûlée' },
  { name: 'Chinese', text: '喜鹊/搭桥' },
  { name: 'the standard example U+2A6D4', text: 'A\u{2A6D4}' },
  { name: 'an emoji sequence', text: '\u{1F469}\u{200D}\u{1F680}' },
  { name: 'U+D7FF and U+E000, around the surrogates', text: '\uD7FF\uE000' },
  { name: 'U+FFFD', text: 'a\uFFFDb' },
  { name: 'U+0080 and U+07FF and U+0800', text: '\u00A0\u07FF\u0800' },
  { name: 'U+10FFFD', text: '\u{10FFFD}' },
  { name: 'spaces', text: ' a  b ' },
  { name: 'a combining mark', text: 'e\u0301' },
  { name: 'punctuation', text: '!"$%&\'()*,-.:;<=>?@[\\]^_`{|}~' },
];
