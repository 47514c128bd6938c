/** The door of @magpie/auth-postgres: users in a PostgreSQL database. */

export { PostgresAuthenticator, type PostgresOptions } from './postgres-authenticator.js';
