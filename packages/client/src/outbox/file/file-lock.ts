import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readdir, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

/**
 * The right to use a file, of one process at a time. It ends with the process, however that ends.
 *
 * Who wants it listens on a socket of its own name first, and looks at the sockets of all others
 * then: of two that want it, the later one sees the earlier one. One that nobody listens on was
 * left by a crash and is removed. An owner answers `o`. Of two that have not decided the larger
 * name gives way; the smaller waits, in case the larger one had decided before.
 */
export class FileLock {
  readonly #server: Server;
  readonly #rivals = new Set<Socket>();
  #owned = false;

  private constructor() {
    this.#server = createServer((socket) => this.#asked(socket));
    this.#server.unref();
  }

  /** @throws {Error} if the file is in use, or what the system says. */
  static async acquire(path: string): Promise<FileLock> {
    const lock = new FileLock();
    const own = `${placeOf(path)}-${randomUUID().slice(0, 8)}`;
    const isOwned = process.platform === 'win32' ? lock.#listenOnPipe(path) : lock.#contend(own);
    if (await isOwned) {
      lock.#own();
      return lock;
    }
    await lock.release();
    throw new Error(`${path} is in use by another client: give each its own file`);
  }

  async release(): Promise<void> {
    for (const rival of this.#rivals) rival.destroy();
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  /** @returns Whether nobody else owns the file, or will. */
  async #contend(own: string): Promise<boolean> {
    this.#server.listen(own);
    await once(this.#server, 'listening');
    const folder = dirname(own);
    const mark = basename(own).replace(/[^-]+$/, '');
    for (const name of await readdir(folder)) {
      if (!name.startsWith(mark) || name === basename(own)) continue;
      if (await this.#givesWayTo(join(folder, name), name < basename(own))) return false;
    }
    return true;
  }

  async #givesWayTo(place: string, rivalGoesFirst: boolean): Promise<boolean> {
    const socket = connect(place);
    try {
      await once(socket, 'connect');
    } catch {
      // Between its bind and its listen a living one looks the same; it finds this one, then.
      await rm(place, { force: true });
      return false;
    }
    if (!rivalGoesFirst) {
      await Promise.race([once(socket, 'data'), once(socket, 'close')]).catch(() => {}); // it died
    }
    const isOwner = rivalGoesFirst || socket.bytesRead > 0;
    socket.destroy();
    return isOwner;
  }

  /** Pipes of Windows end with their process, and have one owner each. */
  async #listenOnPipe(path: string): Promise<boolean> {
    this.#server.listen(`\\\\.\\pipe\\${hashOf(path)}`);
    return once(this.#server, 'listening').then(
      () => true,
      () => false,
    );
  }

  #own(): void {
    this.#owned = true;
    for (const rival of this.#rivals) rival.end('o');
  }

  #asked(socket: Socket): void {
    socket.on('error', () => {}); // whoever asked has gone
    if (this.#owned) {
      socket.end('o');
      return;
    }
    this.#rivals.add(socket);
    socket.once('close', () => this.#rivals.delete(socket));
  }
}

/** Beside the file; elsewhere where names of sockets must be shorter. */
function placeOf(path: string): string {
  const beside = `${resolve(path)}.lock`;
  const bytes = Buffer.byteLength(beside) + SUFFIX_BYTES;
  return bytes <= SOCKET_PATH_BYTES_MAX ? beside : join(tmpdir(), hashOf(path));
}

function hashOf(path: string): string {
  return `magpie-${createHash('sha256').update(resolve(path)).digest('hex').slice(0, 32)}`;
}

const SUFFIX_BYTES = 9;
/** Of macOS; Linux takes 107. */
const SOCKET_PATH_BYTES_MAX = 103;
