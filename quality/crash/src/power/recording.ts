/**
 * What a broker changed below a directory and what it synced there, as power/recorder.c writes it
 * down.
 *
 *     record   kind 4 · bytes of name 4 · inode 8 · a 8 · b 8 · bytes of data 8 · name · data
 */
export type Change =
  | { readonly type: 'write'; readonly inode: number; readonly at: number; readonly data: Buffer }
  | { readonly type: 'truncate'; readonly inode: number; readonly size: number }
  | { readonly type: 'sync-begins'; readonly inode: number; readonly sync: number }
  | { readonly type: 'sync-ends'; readonly inode: number; readonly sync: number }
  /** A write has ended that is safe when it ends (O_DSYNC). */
  | {
      readonly type: 'write-synced';
      readonly inode: number;
      readonly at: number;
      readonly bytes: number;
    }
  /** A name in a directory for something new, or a second name. */
  | {
      readonly type: 'entry';
      readonly directory: number;
      readonly name: string;
      readonly inode: number;
      readonly kind: NodeKind;
    }
  | { readonly type: 'entry-gone'; readonly directory: number; readonly name: string }
  | {
      readonly type: 'rename';
      readonly from: number;
      readonly name: string;
      readonly to: number;
      readonly newName: string;
      readonly inode: number;
    }
  /** The file can be written to without a call: nobody knows what is in it. */
  | { readonly type: 'mapped'; readonly inode: number };

export type NodeKind = 'file' | 'directory' | 'socket';

/** A change, and how much of the recording had been written when it was in it. */
export interface Recorded {
  readonly change: Change;
  readonly end: number;
}

/**
 * Reads a recording, from a record on. A last record that is not whole is left out: its process was
 * killed, and what it tells of was not synced.
 *
 * @throws {Error} if something was done that the recorder does not follow.
 */
export function* readRecording(bytes: Buffer, from = 0): Generator<Recorded> {
  let at = from;
  while (at + HEAD_BYTES <= bytes.length) {
    const nameBytes = bytes.readUInt32LE(at + 4);
    const dataBytes = numberAt(bytes, at + 32);
    const nameEnd = at + HEAD_BYTES + nameBytes;
    const end = nameEnd + dataBytes;
    if (end > bytes.length) return;
    const name = bytes.toString('utf8', at + HEAD_BYTES, nameEnd);
    yield { change: changeOf(bytes, at, name, bytes.subarray(nameEnd, end)), end };
    at = end;
  }
}

function changeOf(bytes: Buffer, at: number, name: string, data: Buffer): Change {
  const kind = bytes.readUInt32LE(at);
  const [inode, a, b] = [8, 16, 24].map((offset) => numberAt(bytes, at + offset)) as Numbers;
  switch (kind) {
    case 1:
      return { type: 'write', inode, at: a, data };
    case 2:
      return { type: 'truncate', inode, size: a };
    case 3:
      return { type: 'sync-begins', inode, sync: a };
    case 4:
      return { type: 'sync-ends', inode, sync: a };
    case 5:
      return { type: 'write-synced', inode, at: a, bytes: b };
    case 6:
      return { type: 'entry', directory: inode, name, inode: a, kind: kindOf(b) };
    case 7:
      return { type: 'entry-gone', directory: inode, name };
    case 8: {
      const [oldName, newName] = name.split('/') as [string, string];
      return { type: 'rename', from: inode, name: oldName, to: a, newName, inode: b };
    }
    case 9:
      return { type: 'mapped', inode };
    default:
      throw new Error(`The broker did what the recorder does not follow: ${name}, kind ${kind}`);
  }
}

function kindOf(mode: number): NodeKind {
  if (mode === 0o040000) return 'directory';
  if (mode === 0o140000) return 'socket';
  if (mode === 0o100000) return 'file';
  throw new Error(`The broker made a file of mode ${mode.toString(8)}: expected a plain one`);
}

function numberAt(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at));
}

type Numbers = [inode: number, a: number, b: number];
const HEAD_BYTES = 40;
