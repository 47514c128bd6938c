/**
 * The shape of the house as data: who may import whom. ARCHITECTURE.md says why.
 * A new package or folder is entered here first.
 */

/**
 * Packages of ours that a package may import. Who is not listed (quality, tools) may import all.
 */
export const PACKAGE_IMPORTS: Readonly<Record<string, readonly string[]>> = {
  'packages/protocol': [],
  'packages/client': ['@magpie/protocol'],
  'packages/broker': ['@magpie/protocol'],
  'packages/auth-postgres': ['@magpie/broker'],
  'packages/auth-redis': ['@magpie/broker'],
  'packages/otlp': ['@magpie/broker'],
  'packages/cli': [
    '@magpie/protocol',
    '@magpie/client',
    '@magpie/broker',
    '@magpie/auth-postgres',
    '@magpie/auth-redis',
    '@magpie/otlp',
  ],
  'packages/dashboard': ['@magpie/broker'],
};

/**
 * Rank of each folder, and of each file directly in `src`. A folder imports only its own files and
 * lower ranks; files of `src` itself count one by one.
 */
export const FOLDER_RANKS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'packages/protocol': {
    'assert.ts': 0,
    'limits.ts': 0,
    'check-range.ts': 0,
    'faults.ts': 0,
    'reason-codes.ts': 1,
    bytes: 1,
    topics: 2,
    packets: 3,
    framing: 4,
    'codec.ts': 5,
    'client-codec.ts': 5,
    session: 6,
    connection: 7,
    'index.ts': 8,
    'testing.ts': 8,
  },
  'packages/client': {
    'errors.ts': 0,
    model: 1,
    batching: 2,
    dedup: 2,
    outbox: 2,
    transports: 2,
    session: 3,
    machine: 4,
    subscriptions: 4,
    'client-options.ts': 5,
    driver: 6,
    'client.ts': 7,
    page: 8,
    pool: 8,
    sight: 8,
    tabs: 8,
    small: 9,
    'create-client.ts': 9,
    'check-option-names.ts': 10,
    'connect-node.ts': 11,
    'connect-web.ts': 10,
    'index.ts': 12,
    'browser.ts': 11,
    'small.ts': 11,
    'tabs.ts': 11,
    'testing.ts': 11,
  },
  'packages/broker': {
    model: 0,
    observe: 1,
    config: 1,
    auth: 2,
    admission: 3,
    routing: 2,
    stores: 2,
    sessions: 3,
    pipeline: 4,
    explain: 4,
    connection: 5,
    cluster: 5,
    admin: 5,
    listeners: 6,
    'broker-options.ts': 7,
    'broker-subscriber.ts': 6,
    'broker-parts.ts': 8,
    'broker.ts': 9,
    'admin-client.ts': 10,
    'index.ts': 10,
    'server.ts': 10,
    'testing.ts': 10,
  },
};

/** Doors of packages beside `.` and `./testing`. */
export const FURTHER_DOORS: readonly string[] = [
  '@magpie/broker/admin-client',
  '@magpie/broker/server',
  '@magpie/client/browser',
  '@magpie/client/indexeddb',
  '@magpie/client/small',
  '@magpie/client/tabs',
];

/** Modules of Node.js that reach outside the process: the network, the disk, other processes. */
export const OUTSIDE_MODULES: readonly string[] = [
  'child_process',
  'cluster',
  'dgram',
  'dns',
  'fs',
  'http',
  'http2',
  'https',
  'inspector',
  'net',
  'process',
  'readline',
  'repl',
  'tls',
  'worker_threads',
];

/** Where a library may use them (law 2). Everything else runs unchanged in the simulation. */
export const OUTSIDE_PLACES: readonly RegExp[] = [
  /^packages\/broker\/src\/listeners\//,
  /^packages\/broker\/src\/connection\/socket-writer/,
  /^packages\/broker\/src\/stores\/[^/]+\//,
  /^packages\/broker\/src\/admin\//,
  /^packages\/broker\/src\/admission\/system-load/,
  /^packages\/broker\/src\/config\/load/,
  /^packages\/client\/src\/(transports|outbox\/[^/]+)\//,
];

/** The one file of `protocol` that may import `node:` modules at all (law 1). */
export const PROTOCOL_NODE_FILE = 'packages/protocol/src/bytes/utf8-node.ts';
