import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The right to use a file, of one process at a time. It ends with the process, however that ends:
 * its owner listens on a socket, and who finds a socket that nobody listens on takes it over. Two
 * that start in the same moment after a crash may both do so.
 */
export class FileLock {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @throws {Error} if the file is in use, or what the system says. */
  static async acquire(path: string): Promise<FileLock> {
    const place = placeOf(path);
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const server = createServer((socket) => socket.destroy());
      try {
        server.listen(place);
        await once(server, 'listening');
        server.unref();
        return new FileLock(server);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
        if (await isListening(place)) break;
        await rm(place, { force: true });
      }
    }
    throw new Error(`${path} is in use by another client: give each its own file`);
  }

  async release(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }
}

/** Beside the file; elsewhere where names of sockets must be shorter or are no files. */
function placeOf(path: string): string {
  const name = `magpie-${createHash('sha256').update(resolve(path)).digest('hex').slice(0, 32)}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`;
  const beside = `${resolve(path)}.lock`;
  return Buffer.byteLength(beside) <= SOCKET_PATH_BYTES_MAX ? beside : join(tmpdir(), name);
}

async function isListening(place: string): Promise<boolean> {
  const socket = connect(place);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

const ATTEMPTS = 3;
/** Of macOS; Linux takes 107. */
const SOCKET_PATH_BYTES_MAX = 103;
