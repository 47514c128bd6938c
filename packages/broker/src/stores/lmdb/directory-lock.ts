import { randomBytes } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { greet, isOwnerName } from './owner-client.js';
import { OwnerServer, type RequestHandler } from './owner-server.js';
import { SocketPlace } from './socket-place.js';

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
 *
 * Whoever may write to the directory can ask its owner for something there, see {@link serve}.
 */
export class DirectoryLock {
  readonly #directory: string;
  readonly #name: string;
  readonly #place: SocketPlace;
  readonly #server = new OwnerServer();

  private constructor(directory: string, place: SocketPlace) {
    this.#directory = directory;
    this.#place = place;
    this.#name = `${PREFIX}${randomBytes(8).toString('hex')}`;
  }

  /**
   * @param directory Exists.
   * @throws {Error} if another process has the directory, or another store of this one; or what the
   * system says.
   */
  static async acquire(directory: string): Promise<DirectoryLock> {
    const lock = new DirectoryLock(directory, await SocketPlace.open(directory));
    try {
      if (process.platform === 'win32') await lock.#listenOnPipe();
      else await lock.#compete();
    } catch (error) {
      await lock.release();
      throw error;
    }
    return lock;
  }

  /** Answers requests from now on. */
  serve(onRequest: RequestHandler): void {
    this.#server.onRequest = onRequest;
  }

  /** Answers no more requests: those that are under way are aborted, and waited for. */
  async endRequests(): Promise<void> {
    await this.#server.endRequests();
  }

  async release(): Promise<void> {
    await rm(join(this.#directory, this.#name), { force: true });
    await this.#server.close();
    await this.#place.close();
  }

  async #compete(): Promise<void> {
    const unborn = `${this.#name}${UNBORN}`;
    await this.#server.listen(this.#place.pathOf(unborn));
    // Only now it can be found: who is found and does not answer is gone.
    await rename(join(this.#directory, unborn), join(this.#directory, this.#name));
    for (let round = 0; (await this.#countRivals(round)) > 0; round++) {
      await delay(RIVAL_WAIT_MS); // they give up, or have won
    }
    this.#server.state = 'owner';
  }

  /**
   * How many others may still give up.
   *
   * @throws {Error} if one has the directory, or goes first.
   */
  async #countRivals(round: number): Promise<number> {
    let rivals = 0;
    for (const name of await readdir(this.#directory)) {
      if (!isOwnerName(name) || name === this.#name) continue;
      const found = await greet(this.#place.pathOf(name));
      if (found === 'gone') {
        await rm(join(this.#directory, name), { force: true });
        continue;
      }
      if (found === 'silent' || (found === 'unclear' && round > ROUNDS_MAX)) throw this.#inUse('');
      if (found !== 'unclear' && (found.state === 'owner' || name < this.#name)) {
        throw this.#inUse(` (${found.pid} on ${found.host})`);
      }
      rivals++;
    }
    return rivals;
  }

  async #listenOnPipe(): Promise<void> {
    try {
      await this.#server.listen(await this.#place.pipe());
      this.#server.state = 'owner';
    } catch (error) {
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      throw isTaken ? this.#inUse('') : error;
    }
  }

  #inUse(who: string): Error {
    return new Error(
      `The data directory ${this.#directory} is in use by another process${who}: stop that one, or `
        + 'choose another directory',
    );
  }
}

const PREFIX = 'in-use-';
/** Behind the name of one that does not listen yet. */
const UNBORN = '.new';
const RIVAL_WAIT_MS = 20;
/** Who is unclear for so many rounds has the directory. */
const ROUNDS_MAX = 100;
