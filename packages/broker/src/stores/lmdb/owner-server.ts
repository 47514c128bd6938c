import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { hostname } from 'node:os';

/**
 * Does what somebody asks who may write to the directory.
 *
 * @param request What came as JSON; anything.
 * @param signal Aborted when whoever asked has gone.
 * @returns What goes back as JSON.
 */
export type RequestHandler = (request: unknown, signal: AbortSignal) => Promise<object>;

/**
 * Answers at the socket of a directory for the process that has it, or wants it.
 *
 *     server: owner 4711 host        or `candidate …`; most only want to know that
 *     client: { "backup": "…" }      one request, as one line of JSON
 *     server: { "bytes": 4096 }      one answer; or `{ "failed": "why" }`
 */
export class OwnerServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #answering = new Set<Promise<void>>();
  state: 'candidate' | 'owner' = 'candidate';
  onRequest: RequestHandler | undefined;

  constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
    this.#server.unref();
  }

  /** @throws {Error} what the system says. */
  async listen(path: string): Promise<void> {
    this.#server.listen(path);
    await once(this.#server, 'listening');
  }

  /** Takes no request any more, and waits for those that are under way: whoever asked has gone. */
  async endRequests(): Promise<void> {
    this.onRequest = undefined;
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#answering);
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    await this.endRequests();
    await closed;
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    const gone = new AbortController();
    socket.on('error', () => {}); // it has gone before it was answered
    socket.on('close', () => {
      this.#sockets.delete(socket);
      gone.abort();
    });
    socket.write(`${this.state} ${process.pid} ${hostname()}\n`);
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end < 0 && text.length <= REQUEST_CHARS_MAX) return;
      socket.removeAllListeners('data');
      const answering = this.#answer(text.slice(0, end), gone.signal).then((answer) => {
        socket.end(`${JSON.stringify(answer)}\n`);
        this.#answering.delete(answering);
      });
      this.#answering.add(answering);
    });
  }

  async #answer(text: string, signal: AbortSignal): Promise<object> {
    try {
      const request: unknown = JSON.parse(text);
      if (this.onRequest === undefined) return { failed: 'It is being opened or closed' };
      return await this.onRequest(request, signal);
    } catch (error) {
      return { failed: error instanceof Error ? error.message : String(error) };
    }
  }
}

const REQUEST_CHARS_MAX = 65_536;
