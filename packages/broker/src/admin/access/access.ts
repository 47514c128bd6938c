import type { Context, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import type { AccountBook } from './account-book.js';
import type { AuditEntry, AuditLog } from './audit-log.js';
import type { LoginSessions } from './login-sessions.js';
import { includesRole, type Role } from './role.js';

/** Who asks. */
export interface Identity {
  readonly who: string;
  readonly role: Role;
  readonly via: 'token' | 'session';
  /** Of a session, to be ended by a logout. */
  readonly sessionId?: string;
  readonly csrf?: string;
}

/** What requests of the API carry through hono. */
export interface ApiEnv {
  /** Of the HTTP server; without one where a test asks the app itself. */
  Bindings: { incoming?: { socket: { remoteAddress?: string | undefined } } };
  Variables: { identity: Identity };
}

export const SESSION_COOKIE = 'magpie_session';
export const CSRF_HEADER = 'x-csrf-token';

/** Who may do what over HTTP. */
export class Access {
  readonly #book: AccountBook;
  readonly #sessions: LoginSessions;
  readonly #audit: AuditLog;
  readonly #wallMs: () => number;
  readonly #changed: () => void;

  constructor(parts: {
    book: AccountBook;
    sessions: LoginSessions;
    audit: AuditLog;
    /** Ms since 1970. */
    wallMs: () => number;
    /** Told after each change: somebody may have lost what he had. */
    changed: () => void;
  }) {
    this.#book = parts.book;
    this.#sessions = parts.sessions;
    this.#audit = parts.audit;
    this.#wallMs = parts.wallMs;
    this.#changed = parts.changed;
  }

  /**
   * Lets pass who has this role. What comes with a cookie must not be sent by a page of somebody
   * else: for a change it carries the secret that the login has told. Changes are noted.
   */
  requires(role: Role): MiddlewareHandler<ApiEnv> {
    return async (context, next) => {
      const identity = this.#identify(context);
      if (typeof identity === 'string') return refuse(context, 401, 'UNAUTHORIZED', identity);
      const changes = !READING.has(context.req.method);
      const refusal = refusalOf(identity, role, changes ? context : undefined);
      if (refusal === undefined) {
        context.set('identity', identity);
        await next();
      } else context.res = refuse(context, 403, 'FORBIDDEN', refusal);
      if (changes) {
        this.note(context, identity);
        this.#changed();
      }
      return undefined;
    };
  }

  /** Whether who sent this request, some time ago, would still be let in. */
  stillMay(context: Context<ApiEnv>, role: Role): boolean {
    const identity = this.#identify(context);
    return typeof identity !== 'string' && includesRole(identity.role, role);
  }

  /** Notes what was asked for, and what was answered. */
  note(context: Context<ApiEnv>, by: Pick<AuditEntry, 'who' | 'role' | 'via'>): void {
    const { who, role, via } = by;
    const { method, path } = context.req;
    const address = addressOf(context);
    const { status } = context.res;
    const action = `${method} ${path}`;
    this.#audit.add({ atMs: this.#wallMs(), who, role, via, address, action, status });
  }

  /** @returns Who it is, or what is missing. */
  #identify(context: Context<ApiEnv>): Identity | string {
    const authorization = context.req.header('authorization');
    if (authorization !== undefined) {
      const [scheme = '', token = ''] = authorization.split(' ');
      const known = scheme.toLowerCase() === 'bearer' ? this.#book.tokenOf(token) : undefined;
      if (known === undefined) return 'this token is not known';
      return { who: known.name, role: known.role, via: 'token' };
    }
    const sessionId = getCookie(context, SESSION_COOKIE);
    if (sessionId === undefined) return `${LOG_IN}, or send Authorization: Bearer TOKEN`;
    const session = this.#sessions.get(sessionId);
    const account = session && this.#book.account(session.account);
    if (session === undefined || account === undefined) return `the login is over: ${LOG_IN}`;
    const { name: who, role } = account;
    return { who, role, via: 'session', sessionId, csrf: session.csrf };
  }
}

/** @param changing The request, if it changes something. */
function refusalOf(
  { who, role, via, csrf }: Identity,
  needs: Role,
  changing: Context<ApiEnv> | undefined,
): string | undefined {
  if (!includesRole(role, needs)) return `${who} is ${role}, and this takes ${needs}`;
  if (via === 'token' || changing === undefined) return undefined;
  const told = changing.req.header(CSRF_HEADER);
  return told === csrf ? undefined : `a change needs the header ${CSRF_HEADER} of the login`;
}

/** The answer to who may not. */
export function refuse(
  context: Context<ApiEnv>,
  status: 401 | 403,
  code: string,
  message: string,
): Response {
  return context.json({ code, message }, status);
}

/** The address that asks; that of a proxy, if there is one before it. */
export function addressOf(context: Context<ApiEnv>): string {
  return context.env.incoming?.socket.remoteAddress ?? '';
}

/** Pages of other sites may not ask: their browser says where they come from. */
export function isOwnOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined) return true;
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}

const READING = new Set(['GET', 'HEAD']);
const LOG_IN = 'log in by POST /api/v1/login';
