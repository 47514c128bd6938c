/** Certificates made by the openssl command, as an operator makes them. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Paths of a certificate and its key. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** An authority in a folder of its own, which goes with the test. */
export class OpensslAuthority {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async make(t: TestContext): Promise<OpensslAuthority> {
    const folder = await mkdtemp(join(tmpdir(), 'magpie-openssl-'));
    t.after(() => rm(folder, { recursive: true }));
    const authority = new OpensslAuthority(folder);
    await authority.#request('ca', '/CN=Test CA', ['-x509', '-days', '2']);
    return authority;
  }

  /** The certificate of the authority. */
  get ca(): string {
    return this.#path('ca.crt');
  }

  /** Signs a certificate of this common name. @param host Stands in it as DNS name. */
  async issue(name: string, commonName: string, host?: string): Promise<Pair> {
    const { cert, key } = await this.#request(name, `/CN=${commonName}`, []);
    const extensions = this.#path(`${name}.ext`);
    const usage = host === undefined ? 'clientAuth' : 'serverAuth';
    const names = host === undefined ? '' : `\nsubjectAltName=DNS:${host}`;
    await writeFile(extensions, `extendedKeyUsage=${usage}${names}\n`);
    const by = ['-CA', this.ca, '-CAkey', this.#path('ca.key'), '-CAcreateserial'];
    const signed = this.#path(`${name}.signed`);
    const files = ['-in', cert, '-out', signed, '-extfile', extensions];
    await run('openssl', ['x509', '-req', '-days', '2', ...by, ...files]);
    return { cert: signed, key };
  }

  async #request(name: string, subject: string, more: readonly string[]): Promise<Pair> {
    const [cert, key] = [this.#path(`${name}.crt`), this.#path(`${name}.key`)];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const files = ['-keyout', key, '-out', cert];
    await run('openssl', ['req', ...curve, ...files, '-subj', subject, ...more]);
    return { cert, key };
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }
}
