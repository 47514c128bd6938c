/** How large a piece of the client may be in a browser. */
export interface Budget {
  readonly name: string;
  /** The module that is bundled. */
  readonly code: string;
  /** Most bytes, minified by esbuild and compressed by `gzip -9`. */
  readonly gzipBytesMax: number;
}

/**
 * One row for each way in which the client is loaded. A small piece has a row of its own to show
 * that it brings nothing else along.
 */
export const BUDGETS: readonly Budget[] = [
  {
    name: 'everything of the door @magpie/client',
    code: "export * from '@magpie/client';",
    gzipBytesMax: 17.45 * 1024,
  },
  {
    name: 'connect, publish and subscribe',
    code: "export { connect } from '@magpie/client';",
    gzipBytesMax: 14.25 * 1024,
  },
  {
    name: 'the small client: connect, publish and subscribe',
    code: "export { connect } from '@magpie/client/small';",
    gzipBytesMax: 7.25 * 1024,
  },
  {
    name: 'IndexedDbOutbox alone',
    code: "export { IndexedDbOutbox } from '@magpie/client/indexeddb';",
    gzipBytesMax: 2560,
  },
  {
    name: 'connectShared and serveShared, with the client and IndexedDbOutbox',
    code: "export { connectShared, serveShared } from '@magpie/client/tabs';",
    gzipBytesMax: 20.3 * 1024,
  },
  {
    name: 'everything, with IndexedDbOutbox and tabs',
    code: `
      export * from '@magpie/client';
      export * from '@magpie/client/indexeddb';
      export * from '@magpie/client/tabs';`,
    gzipBytesMax: 23.55 * 1024,
  },
  {
    name: 'what a client needs of the protocol',
    code: `
      export { decodeUtf8, encodeClientRequest, packetIdOf } from '@magpie/protocol';
      export { publishHeadLength, writePublishHead } from '@magpie/protocol';`,
    gzipBytesMax: 1300,
  },
  {
    name: 'unpackBatch alone',
    code: "export { unpackBatch } from '@magpie/client';",
    gzipBytesMax: 512,
  },
  {
    name: 'Deduplicator alone',
    code: "export { Deduplicator } from '@magpie/client';",
    gzipBytesMax: 1536,
  },
];
