/** Ways to bring a store to the disk; see `LmdbStoreOptions`. */
export const SYNC_MODES = ['always', 'interval', 'os'] as const;
export type SyncMode = (typeof SYNC_MODES)[number];

/** From one sync to the next with `interval`, in ms. */
export const SYNC_INTERVAL_MS = { min: 10, max: 60_000, default: 1000 } as const;
