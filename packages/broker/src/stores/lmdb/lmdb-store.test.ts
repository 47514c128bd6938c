import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { testStore } from '../store.testing.js';
import { LmdbStore } from './lmdb-store.js';

const folders: string[] = [];
after(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

testStore('LmdbStore', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'magpie-store-'));
  folders.push(folder);
  return { store: await LmdbStore.open(folder), reopen: () => LmdbStore.open(folder) };
});
