/**
 * A store as the version wrote it that had format 1: each record of each table, key and value in
 * hexadecimal. What it means stands in format-1.test.ts.
 */
import type { TableName } from './tables.js';
import { type BatchBytes, WriteBatch } from './write-batch.js';

const RECORDS: readonly (readonly [table: TableName, key: string, value: string])[] = [
  ['meta', '666f726d6174', '0000000000000001'],
  ['meta', '6e6578742d73657373696f6e', '0000000000000402'],
  ['sessions', '0000000000000001', '06726561646572'],
  ['sessions', '0000000000000002', '077a776569746572'],
  ['progress', '0000000000000001', '05000102'],
  ['progress', '0000000000000002', '0101'],
  ['subscriptions', '0000000000000001012473686172652f672f23', '000a2473686172652f672f23'],
  ['subscriptions', '000000000000000101726f6f6d2f2b', '0206726f6f6d2f2b'],
  ['subscriptions', '00000000000000020123', '010123'],
  ['received', '00000000000000020000000000000007', ''],
  ['received', '0000000000000002000000000000ffff', ''],
  ['released', '00000000000000010000000000000001', ''],
  ['messages', '0000000000000001', '0106726f6f6d2f310673656e736f7202010001020001626f7468'],
  ['messages', '0000000000000004', '0206726f6f6d2f340673656e736f72010103026f70656e'],
  ['messages', '0000000000000005', '0506726f6f6d2f350673656e736f720101040572657461696e6564'],
  ['retained', '01726f6f6d2f35', '0506726f6f6d2f350673656e736f720072657461696e6564'],
  ['retained', '01c3a92ff09f90a6', '0407c3a92ff09f90a60000766f67656c'],
];

export function storeOfFormat1(): BatchBytes {
  const batch = new WriteBatch();
  for (const [table, key, value] of RECORDS) {
    batch.put(table, Buffer.from(key, 'hex'), Buffer.from(value, 'hex'));
  }
  return batch.take();
}
