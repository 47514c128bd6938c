/** Where the streams are had from. */
type Sources = Readonly<Record<'out' | 'err', () => NodeJS.WriteStream>>;

/**
 * Standard output and standard error, each opened when something is first asked of it: a command
 * that says nothing does not pay for them.
 *
 * Whoever read our output may go away; that is no reason to stop a broker. Where it cannot be
 * written for another reason, such as a full disk, `lost` is told; of stderr nobody can be told.
 */
export class StandardStreams {
  readonly #lost: (error: NodeJS.ErrnoException) => void;
  readonly #open: Sources;
  #out: NodeJS.WriteStream | undefined;
  #err: NodeJS.WriteStream | undefined;

  constructor(
    lost: (error: NodeJS.ErrnoException) => void,
    open: Sources = { out: () => process.stdout, err: () => process.stderr },
  ) {
    this.#lost = lost;
    this.#open = open;
  }

  get out(): NodeJS.WriteStream {
    this.#out ??= this.#open.out().on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') this.#lost(error);
    });
    return this.#out;
  }

  get err(): NodeJS.WriteStream {
    this.#err ??= this.#open.err().on('error', () => {});
    return this.#err;
  }

  /** Writes to standard output and waits until it is taken. It rejects when nobody reads it. */
  print(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.out.write(text, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Waits only where standard output asks for it: one promise for many messages. */
  write(bytes: Uint8Array): Promise<void> | undefined {
    const { out } = this;
    if (out.errored !== null) return Promise.reject(out.errored);
    if (out.write(bytes)) return undefined;
    return new Promise((resolve, reject) => {
      const settle = (error?: Error | null): void => {
        out.off('drain', settle);
        out.off('error', settle);
        if (error instanceof Error) reject(error);
        else resolve();
      };
      out.on('drain', settle);
      out.on('error', settle);
    });
  }
}
