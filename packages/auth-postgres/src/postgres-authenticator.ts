import { StoredPasswordAuthenticator } from '@magpie/broker/server';
import pg from 'pg';

export interface PostgresOptions {
  /** `postgres://user:password@host:5432/database`. */
  readonly url: string;
  /**
   * Gives the stored password of the user `$1`, in one column of one row; no row: there is no such
   * user.
   */
  readonly query: string;
  /** Authorities (PEM) that the server's certificate is checked against; `true`: the usual ones. */
  readonly tls: boolean | { readonly ca: string };
  readonly connectionsMax: number;
  /** Longest wait for a connection, and for an answer. */
  readonly timeoutMs: number;
}

/**
 * Users in a PostgreSQL database. The name of the user is a parameter of the query and never part
 * of its text.
 */
export class PostgresAuthenticator extends StoredPasswordAuthenticator {
  constructor(options: PostgresOptions) {
    const { url, query, tls, connectionsMax, timeoutMs } = options;
    const pool = new pg.Pool({
      connectionString: url,
      ssl: typeof tls === 'boolean' ? tls : { ca: tls.ca },
      max: connectionsMax,
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs,
      statement_timeout: timeoutMs,
      application_name: 'magpie',
    });
    pool.on('error', () => {}); // of a connection that nobody uses: the next query opens another
    super({
      name: 'postgres',
      find: async (username) => {
        const { rows } = await pool.query<unknown[]>({
          text: query,
          values: [username],
          rowMode: 'array',
        });
        return passwordIn(rows);
      },
      close: () => pool.end(),
    });
  }
}

function passwordIn(rows: readonly (readonly unknown[])[]): string | undefined {
  const [row, ...more] = rows;
  if (row === undefined) return undefined;
  const [password, ...others] = row;
  if (more.length > 0 || others.length > 0 || typeof password !== 'string') {
    throw new Error('the query must give one column, a text, of one row or none');
  }
  return password;
}
