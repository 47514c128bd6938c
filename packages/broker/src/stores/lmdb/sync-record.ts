import { crc32 } from 'node:zlib';

/**
 * What a store that does not sync with every commit notes of itself, in its own file, behind the
 * two meta pages of LMDB (which end before byte 200). Its copies go where the file goes.
 *
 *     magic 8 · number 8 · mode 1 · boot 40 · bytes of a page 4 · meta page 0 · meta page 1 · CRC 4
 *
 * There are two places, one in each meta page, used in turn: while one is written the other stays.
 */
export interface SyncRecord {
  /** The higher, the newer. Its place is that of even or of odd numbers. */
  readonly number: number;
  /**
   * `clean`: all of the file is on disk. `interval`: what the metas say is on disk whole, and is
   * not written over. `os`: nobody knows.
   */
  readonly mode: 'clean' | 'interval' | 'os';
  /** The run of the machine that wrote it, see boot-id.ts; empty: not known. */
  readonly boot: string;
  readonly pageBytes: number;
  /** The beginnings of both meta pages as they were on disk at last. */
  readonly metas: readonly [first: Buffer, second: Buffer];
}

export function encodeSyncRecord({ number, mode, boot, pageBytes, metas }: SyncRecord): Buffer {
  const bytes = Buffer.alloc(SYNC_RECORD_BYTES);
  bytes.write(MAGIC, 0, 'latin1');
  bytes.writeBigUInt64LE(BigInt(number), NUMBER_AT);
  bytes[MODE_AT] = MODES.indexOf(mode);
  bytes.write(boot.slice(0, BOOT_BYTES), BOOT_AT, 'latin1');
  bytes.writeUInt32LE(pageBytes, PAGE_BYTES_AT);
  metas[0].copy(bytes, METAS_AT);
  metas[1].copy(bytes, METAS_AT + META_HEAD_BYTES);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, CRC_AT)), CRC_AT);
  return bytes;
}

/** @returns `undefined`: there is none, or it is not whole. */
export function decodeSyncRecord(bytes: Buffer): SyncRecord | undefined {
  if (bytes.toString('latin1', 0, NUMBER_AT) !== MAGIC) return undefined;
  if (bytes.readUInt32LE(CRC_AT) !== crc32(bytes.subarray(0, CRC_AT))) return undefined;
  const mode = MODES[bytes[MODE_AT]!];
  if (mode === undefined) return undefined;
  const second = METAS_AT + META_HEAD_BYTES;
  return {
    number: Number(bytes.readBigUInt64LE(NUMBER_AT)),
    mode,
    boot: bytes.toString('latin1', BOOT_AT, BOOT_AT + BOOT_BYTES).replace(/\0+$/, ''),
    pageBytes: bytes.readUInt32LE(PAGE_BYTES_AT),
    metas: [
      Buffer.from(bytes.subarray(METAS_AT, second)),
      Buffer.from(bytes.subarray(second, second + META_HEAD_BYTES)),
    ],
  };
}

/** Where a record with this number begins in the file. */
export function placeOfSyncRecord(number: number, pageBytes: number): number {
  return (number % 2) * pageBytes + SYNC_RECORD_AT;
}

/** Behind the beginning of a page: in another sector than LMDB writes there. */
export const SYNC_RECORD_AT = 1024;
/** One sector: a disk writes it whole or not at all. */
export const SYNC_RECORD_BYTES = 512;
/** Of a meta page: its head, and all that LMDB writes there. */
export const META_HEAD_BYTES = 168;

const MAGIC = 'MAGPIE-S';
const MODES = ['clean', 'interval', 'os'] as const;
const NUMBER_AT = 8;
const MODE_AT = 16;
const BOOT_AT = 17;
const BOOT_BYTES = 40;
const PAGE_BYTES_AT = 60;
const METAS_AT = 64;
const CRC_AT = SYNC_RECORD_BYTES - 4;
