/** The door of @magpie/auth-redis: users in Redis. */

export { RedisAuthenticator, type RedisOptions } from './redis-authenticator.js';
