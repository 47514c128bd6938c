/**
 * The tables of the store. Its place here stands for a table, also on disk: only add at the end.
 */
export const TABLES = [
  'meta',
  'sessions',
  'progress',
  'subscriptions',
  'received',
  'released',
  'messages',
  'retained',
  'left',
  'replays',
  'wills',
] as const;

export type TableName = (typeof TABLES)[number];

/** What stands for each table in a batch. */
export const TABLE_CODES: Readonly<Record<TableName, number>> = {
  meta: 0,
  sessions: 1,
  progress: 2,
  subscriptions: 3,
  received: 4,
  released: 5,
  messages: 6,
  retained: 7,
  left: 8,
  replays: 9,
  wills: 10,
};
