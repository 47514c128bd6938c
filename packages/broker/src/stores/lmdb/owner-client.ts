import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { SocketPlace } from './socket-place.js';

/** What somebody says at the socket of a directory, see owner-server.ts. */
export interface Greeting {
  readonly state: 'candidate' | 'owner';
  readonly pid: string;
  readonly host: string;
}

/**
 * Asks who is at a socket.
 *
 * @returns `gone`: nobody, and nobody will come back. `silent`: somebody who does not get to
 * answer. `unclear`: somebody who hung up: giving up just now, or with a full backlog.
 */
export async function greet(path: string): Promise<Greeting | 'gone' | 'silent' | 'unclear'> {
  const met = await meet(path);
  if (typeof met === 'string') return met;
  met.socket.destroy();
  return met.greeting;
}

/**
 * Asks the process that has a directory to do something.
 *
 * @param signal Aborted: nobody waits for it any more.
 * @returns What it answers; `undefined`: nobody has the directory.
 * @throws {Error} if it is asked for in vain.
 */
export async function askOwner(
  directory: string,
  request: object,
  signal: AbortSignal,
): Promise<unknown> {
  const place = await SocketPlace.open(directory);
  try {
    for (const path of await pathsIn(directory, place)) {
      const met = await meet(path);
      if (typeof met === 'string' || met.greeting.state !== 'owner') {
        if (typeof met !== 'string') met.socket.destroy();
        continue;
      }
      return await exchange(met, request, signal);
    }
    return undefined;
  } finally {
    await place.close();
  }
}

/** Whether it is the name of a socket of a process that has a directory, or wants it. */
export function isOwnerName(name: string): boolean {
  return NAME.test(name);
}

/** Asked for one by one, without its `return`: that would close the socket. */
type Chunks = AsyncIterator<string, undefined>;

interface Met {
  readonly socket: Socket;
  readonly chunks: Chunks;
  readonly greeting: Greeting;
}

async function meet(path: string): Promise<Met | 'gone' | 'silent' | 'unclear'> {
  const socket = connect(path);
  let otherwise: 'silent' | 'unclear' = 'unclear';
  socket.setTimeout(ANSWER_MS, () => {
    otherwise = 'silent';
    socket.destroy();
  });
  try {
    await once(socket, 'connect');
    const chunks = socket.setEncoding('utf8')[Symbol.asyncIterator]() as Chunks;
    const [state, pid = '', host = ''] = (await lineFrom(chunks)).split(' ');
    if (state === 'owner' || state === 'candidate') {
      socket.setTimeout(0);
      return { socket, chunks, greeting: { state, pid, host } };
    }
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ECONNREFUSED' || code === 'ENOENT') return 'gone';
  }
  socket.destroy();
  return otherwise;
}

async function exchange(
  { socket, chunks }: Met,
  request: object,
  signal: AbortSignal,
): Promise<unknown> {
  const abort = () => socket.destroy();
  signal.addEventListener('abort', abort);
  try {
    socket.write(`${JSON.stringify(request)}\n`);
    return JSON.parse(await lineFrom(chunks)) as unknown;
  } catch (error) {
    signal.throwIfAborted();
    throw new Error('The process that has the directory has not answered', { cause: error });
  } finally {
    signal.removeEventListener('abort', abort);
    socket.destroy();
  }
}

/** The next line, or what came of it. @throws {Error} if the socket is destroyed. */
async function lineFrom(chunks: Chunks): Promise<string> {
  let text = '';
  while (!text.includes('\n')) {
    const { value, done } = await chunks.next();
    if (done === true) return text;
    text += value;
  }
  return text.slice(0, text.indexOf('\n'));
}

async function pathsIn(directory: string, place: SocketPlace): Promise<string[]> {
  if (process.platform === 'win32') return [await place.pipe()];
  return (await readdir(directory)).filter(isOwnerName).map((name) => place.pathOf(name));
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

const NAME = /^in-use-[0-9a-f]{16}$/;
/** A process that is there but does not get to answer has the directory. */
const ANSWER_MS = 1000;
