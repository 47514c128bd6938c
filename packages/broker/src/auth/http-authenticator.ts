import { createHmac } from 'node:crypto';
import { unescape } from 'node:querystring';
import type { Clock } from '../model/clock.js';
import { identityProblem } from '../model/identity-name.js';
import { lastUsed } from '../model/last-used.js';
import type { ChainAuthenticator, Verdict } from './authenticator-chain.js';
import type { Credentials } from './authenticator.js';

export interface HttpAuthenticatorOptions {
  readonly url: string;
  /** Longest wait for an answer. */
  readonly timeoutMs: number;
  /** How long a yes holds for the same credentials from the same address; 0: it is always asked. */
  readonly cacheMs: number;
  readonly clock: Clock;
  /** Secret bytes: credentials are kept as a hash with it, and not as themselves. */
  readonly cacheKey: Uint8Array;
  readonly fetch?: typeof globalThis.fetch;
}

/** The service could not be asked, or its answer is none. */
export class HttpAuthenticatorFailure extends Error {
  override readonly name = 'HttpAuthenticatorFailure';
}

/**
 * Asks an HTTP service: POST of JSON `{ clientId, username, password, address, certificate }`, to
 * be answered with 200 and JSON
 * `{ "result": "allow" | "deny" | "next", "username"?, "packetBytesMax"? }`.
 *
 * Whatever else comes – another status, a redirect, nothing in time – is a failure, which refuses
 * the client: if in doubt, closed.
 */
export class HttpAuthenticator implements ChainAuthenticator {
  readonly name = 'http';
  readonly #options: HttpAuthenticatorOptions;
  readonly #fetch: typeof globalThis.fetch;
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  /** What was allowed, and until when. */
  readonly #allowed = lastUsed<{ verdict: Verdict; untilMs: number }>(CACHE_ENTRIES_MAX);
  #underWay = 0;

  constructor(options: HttpAuthenticatorOptions) {
    this.#options = options;
    this.#fetch = options.fetch ?? globalThis.fetch;
    // `fetch` refuses a URL with a password in it, and says the whole URL in its refusal.
    const url = new URL(options.url);
    const { username, password } = url;
    url.username = '';
    url.password = '';
    this.#url = url.href;
    this.#headers = {
      'Content-Type': 'application/json',
      ...(username + password !== '' && { Authorization: basicOf(username, password) }),
    };
  }

  authenticate(credentials: Credentials): Verdict | Promise<Verdict> {
    const { cacheMs, clock } = this.#options;
    const body = bodyOf(credentials);
    if (cacheMs === 0) return this.#ask(body);
    const key = createHmac('sha256', this.#options.cacheKey).update(body).digest('base64');
    const known = this.#allowed.get(key);
    if (known !== undefined && known.untilMs > clock.nowMs()) return known.verdict;
    return this.#ask(body).then((verdict) => {
      if (verdict !== 'next' && verdict.allowed) {
        this.#allowed.set(key, { verdict, untilMs: clock.nowMs() + cacheMs });
      }
      return verdict;
    });
  }

  async #ask(body: string): Promise<Verdict> {
    if (this.#underWay >= REQUESTS_MAX) return { allowed: false, why: 'unavailable' };
    const { timeoutMs, clock } = this.#options;
    const controller = new AbortController();
    const cancel = clock.after(timeoutMs, () => controller.abort());
    this.#underWay++;
    try {
      const response = await this.#fetch(this.#url, {
        method: 'POST',
        headers: this.#headers,
        body,
        redirect: 'error',
        signal: controller.signal,
      });
      if (response.status !== 200) throw new Error(`its status is ${response.status}`);
      return verdictOf(await textOf(response));
    } catch (error) {
      const timedOut = controller.signal.aborted;
      const why = timedOut ? `no answer within ${timeoutMs} ms` : reasonOf(error);
      throw new HttpAuthenticatorFailure(`The authentication service failed: ${why}`);
    } finally {
      this.#underWay--;
      cancel();
    }
  }
}

/** RFC 7617, from the parts of a URL. */
function basicOf(username: string, password: string): string {
  const pair = `${unescape(username)}:${unescape(password)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function bodyOf({ clientId, username, password, address, certificate }: Credentials): string {
  return JSON.stringify({
    clientId,
    username,
    password: password && Buffer.from(password).toString(),
    address,
    certificate,
  });
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX)
      throw new Error(`its answer has more than ${ANSWER_BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function verdictOf(text: string): Verdict {
  const answer = JSON.parse(text) as Partial<Record<string, unknown>> | null;
  const { result, username, packetBytesMax } = answer ?? {};
  if (result === 'next') return 'next';
  if (result === 'deny') return { allowed: false, why: 'bad-credentials' };
  if (result !== 'allow') throw new Error('its answer is neither allow, deny nor next');
  const more = packetBytesMax === undefined ? {} : { packetBytesMax: sizeOf(packetBytesMax) };
  if (username === undefined) return { allowed: true, ...more };
  if (typeof username !== 'string' || identityProblem(username) !== undefined) {
    throw new Error('the user name in its answer cannot be one');
  }
  return { allowed: true, username, ...more };
}

function sizeOf(packetBytesMax: unknown): number {
  if (Number.isSafeInteger(packetBytesMax) && Number(packetBytesMax) >= PACKET_BYTES_MIN) {
    return Number(packetBytesMax);
  }
  throw new Error(`packetBytesMax in its answer is no integer from ${PACKET_BYTES_MIN}`);
}

/** `fetch failed` has its cause behind it. Never what the client sent. */
function reasonOf(error: unknown): string {
  if (error instanceof SyntaxError) return 'its answer is no JSON';
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  const { code } = (cause ?? {}) as NodeJS.ErrnoException;
  if (cause instanceof Error) return code ?? cause.message;
  return error.message;
}

/** Requests under way at one time. */
const REQUESTS_MAX = 1000;
const ANSWER_BYTES_MAX = 64 * 1024;
/** As of the limit `clientPacketBytesMax`. */
const PACKET_BYTES_MIN = 64;
const CACHE_ENTRIES_MAX = 10_000;
