/** What was typed, and what a shell must offer for the last word; `files`: names of files. */
export const COMPLETIONS: readonly [typed: string[], offers: string[] | 'files'][] = [
  [['sto'], ['store']],
  [['su'], ['sub', 'subs']],
  [
    ['config', ''],
    ['check', 'help'],
  ],
  [
    ['store', 'c'],
    ['check', 'compact'],
  ],
  [['broker', '--allow'], ['--allow-anonymous']],
  [['pub', '-t', 'store', '--top'], ['--topic']],
  [['completion', '--h'], ['--help']],
  [
    ['doctor', '--lang', ''],
    ['en', 'zh'],
  ],
  [['pub', '--file', ''], 'files'],
  [['config', 'check', ''], 'files'],
];
