import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type FileHandle, open, readdir, realpath, rename, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * The right to use a directory, of one process at a time. It ends with the process, however that
 * ends.
 *
 * Node.js has no file locks. A process number in a file means nothing in another container, and a
 * time stamp makes the next start wait. So whoever wants the directory listens on a socket in it,
 * each on one of its own name, and asks all others there:
 *
 *     listen, under a name that nobody ever had ──▶ ask everybody else in the directory
 *         nobody answers at a name: its process is gone, the file is removed
 *         an owner answers, or somebody who also wants it and has the lower name: give up
 *         nobody is left: owner
 *
 * Everybody listens before asking, so of two that come at once at least one sees the other. A name
 * that does not answer never will, so removing it takes nothing from anybody. A socket in the file
 * system works between containers that share a volume of one machine. Machines that share one over
 * a network do not see each other: LMDB must not be used there anyway. On Windows a named pipe does
 * all of this.
 */
export class DirectoryLock {
  readonly #directory: string;
  readonly #name: string;
  readonly #server: Server;
  /** Open on Linux, where it makes paths short. */
  readonly #handle: FileHandle | undefined;
  #state: 'candidate' | 'owner' = 'candidate';

  private constructor(directory: string, handle: FileHandle | undefined) {
    this.#directory = directory;
    this.#handle = handle;
    this.#name = `${PREFIX}${randomBytes(8).toString('hex')}`;
    this.#server = createServer((socket) => {
      socket.on('error', () => {}); // it has gone before it was answered
      socket.end(`${this.#state} ${process.pid} ${hostname()}`);
    });
    this.#server.unref();
  }

  /**
   * @param directory Exists.
   * @throws {Error} if another process has the directory, or another store of this one; or what the
   * system says.
   */
  static async acquire(directory: string): Promise<DirectoryLock> {
    const handle = process.platform === 'linux' ? await open(directory) : undefined;
    const lock = new DirectoryLock(directory, handle);
    try {
      if (process.platform === 'win32') await lock.#listenOnPipe();
      else await lock.#compete();
    } catch (error) {
      await lock.release();
      throw error;
    }
    return lock;
  }

  async release(): Promise<void> {
    if (this.#server.listening) {
      await rm(join(this.#directory, this.#name), { force: true });
      this.#server.close();
      await once(this.#server, 'close');
    }
    await this.#handle?.close();
  }

  async #compete(): Promise<void> {
    const unborn = `${this.#name}${UNBORN}`;
    await this.#listen(this.#path(unborn));
    // Only now it can be found: who is found and does not answer is gone.
    await rename(join(this.#directory, unborn), join(this.#directory, this.#name));
    for (let round = 1; ; round++) {
      const rivals = await this.#rivals();
      const winner = rivals.find(({ name, state }) => {
        if (state === UNCLEAR) return round >= ROUNDS_MAX;
        return state !== 'candidate' || name < this.#name;
      });
      if (winner !== undefined) throw this.#inUse(winner.who);
      if (rivals.length === 0) break;
      await delay(RIVAL_WAIT_MS); // they give up, or have won
    }
    this.#state = 'owner';
  }

  /** Everybody else who is alive. */
  async #rivals(): Promise<readonly Rival[]> {
    const rivals: Rival[] = [];
    for (const name of await readdir(this.#directory)) {
      if (!NAME.test(name) || name === this.#name) continue;
      const answer = await ask(this.#path(name));
      if (answer === undefined) {
        await rm(join(this.#directory, name), { force: true });
        continue;
      }
      const [state = '', pid, host] = answer.split(' ');
      rivals.push({ name, state, who: pid === undefined ? '' : ` (${pid} on ${host})` });
    }
    return rivals;
  }

  async #listenOnPipe(): Promise<void> {
    const real = await realpath(this.#directory);
    const hash = createHash('sha256').update(real.toLowerCase()).digest('hex');
    try {
      await this.#listen(`\\\\.\\pipe\\magpie-${hash}`);
    } catch (error) {
      if (codeOf(error) === 'EADDRINUSE') throw this.#inUse('');
      throw error;
    }
  }

  async #listen(path: string): Promise<void> {
    this.#server.listen(path);
    await once(this.#server, 'listening');
  }

  /** The path of a socket may have about 100 bytes, that of a directory 4,096. */
  #path(name: string): string {
    if (this.#handle !== undefined) return `/proc/self/fd/${this.#handle.fd}/${name}`;
    const path = join(this.#directory, name);
    const shorter = relative(process.cwd(), path);
    return shorter.length < path.length ? shorter : path;
  }

  #inUse(who: string): Error {
    return new Error(
      `The data directory ${this.#directory} is in use by another process${who}: stop that one, or `
        + 'choose another directory',
    );
  }
}

interface Rival {
  readonly name: string;
  readonly state: string;
  readonly who: string;
}

/**
 * What it says at a socket; nothing if it is there and does not get to answer. `undefined`: it is
 * gone.
 */
async function ask(path: string): Promise<string | undefined> {
  const socket = connect(path);
  let answer = UNCLEAR;
  socket.setTimeout(ANSWER_MS, () => {
    answer = '';
    socket.destroy();
  });
  try {
    await once(socket, 'connect');
    return (await text(socket)) || UNCLEAR;
  } catch (error) {
    const code = codeOf(error);
    return code === 'ECONNREFUSED' || code === 'ENOENT' ? undefined : answer;
  } finally {
    socket.destroy();
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

const PREFIX = 'in-use-';
const NAME = /^in-use-[0-9a-f]{16}$/;
/** Behind the name of one that does not listen yet. */
const UNBORN = '.new';
/** It hung up: it may be giving up just now, or its backlog be full. To be asked again. */
const UNCLEAR = 'unclear';
/** A process that is there but does not get to answer has the directory. */
const ANSWER_MS = 1000;
const RIVAL_WAIT_MS = 20;
/** Who is unclear for so many rounds has the directory. */
const ROUNDS_MAX = 100;
