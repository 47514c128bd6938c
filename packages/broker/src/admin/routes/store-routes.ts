import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import type { Clock } from '../../model/clock.js';
import type { Access, ApiEnv } from '../access/access.js';
import type { AdminBroker } from '../admin-broker.js';
import { answers, jsonBody, operation } from '../api/operation.js';
import { problems } from '../api/problem.js';
import type { AdminHost, DiskStatus } from '../host/admin-host.js';
import type { BackupState } from '../host/backup-runner.js';

const storeSchema = z
  .object({
    engine: z.enum(['lmdb', 'memory']).describe('memory: nothing survives a restart'),
    failed: z.boolean().describe('Nothing that needs it is acknowledged'),
    last_commit_at: z.iso.datetime().nullable(),
    backlog_bytes: z.int().describe('What waits to be written, about'),
    sessions: z.int(),
    queued_messages: z.int(),
    queued_bytes: z.int().describe('Topics and payloads of all queues'),
    retained_messages: z.int(),
    retained_bytes: z.int(),
    disk: z
      .object({
        directory: z.string(),
        format: z.int().describe('Number of the layout'),
        sync: z.string().describe('When what is acknowledged is on disk: `storage.sync`'),
        sync_failed: z.boolean(),
        file_bytes: z.int(),
        used_bytes: z.int().describe('Of the file; the rest is free'),
        compactions: z.int(),
        compactions_failed: z.int(),
        compaction_ms: z.number().describe('Of all that have ended well'),
      })
      .nullable()
      .describe('null: it is in memory'),
  })
  .openapi('Store');

const backupSchema = z
  .object({
    name: z.string(),
    state: z.enum(['running', 'done', 'failed', 'cancelled']),
    began_at: z.iso.datetime(),
    ended_at: z.iso.datetime().nullable(),
    records: z.int().describe('Copied so far'),
    bytes: z.int(),
    problem: z.string().nullable().describe('Why it is not there'),
  })
  .openapi('Backup');

const newBackupSchema = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/, 'letters, digits, and . _ - that is no path')
      .optional()
      .describe('Of the new directory below `storage.backups`; left out: the time'),
  })
  .openapi('NewBackup');

export type StoreInfo = z.infer<typeof storeSchema>;
export type BackupInfo = z.infer<typeof backupSchema>;

interface Parts {
  readonly broker: AdminBroker;
  readonly host?: AdminHost | undefined;
  readonly clock: Clock;
  readonly access: Access;
}

/** The store, and copies of it. */
export function storeRoutes(app: OpenAPIHono<ApiEnv>, parts: Parts): void {
  statusRoute(app, parts);
  backupRoute(app, parts);
  startRoute(app, parts);
  cancelRoute(app, parts);
}

function statusRoute(app: OpenAPIHono<ApiEnv>, { broker, host, access }: Parts): void {
  const status = createRoute({
    ...operation(access, 'viewer', 'Store'),
    method: 'get',
    path: '/store',
    summary: 'Look at what is kept, and on disk',
    responses: answers(storeSchema, 'As it is now'),
  });
  app.openapi(status, (context) => {
    return context.json({ data: storeInfo(broker, host) }, 200);
  });
}

function backupRoute(app: OpenAPIHono<ApiEnv>, { host, access }: Parts): void {
  const look = createRoute({
    ...operation(access, 'viewer', 'Store'),
    method: 'get',
    path: '/store/backup',
    summary: 'Look at the backup that is under way, or at the last one',
    responses: { ...answers(backupSchema, 'How far it is'), ...problems(404) },
  });
  app.openapi(look, (context) => {
    const state = host?.backups?.state;
    if (state === undefined) return context.json(NO_BACKUP, 404);
    return context.json({ data: backupInfo(state) }, 200);
  });
}

function startRoute(app: OpenAPIHono<ApiEnv>, { host, clock, access }: Parts): void {
  const start = createRoute({
    ...operation(access, 'admin', 'Store'),
    method: 'post',
    path: '/store/backup',
    summary: 'Begin to copy what is safe now to a new data directory, while the broker goes on',
    request: { body: jsonBody(newBackupSchema) },
    responses: { ...answers(backupSchema, 'It has begun'), ...problems(409, 413) },
  });
  app.openapi(start, (context) => {
    if (host?.backups === undefined) return context.json(NO_DIRECTORY, 409);
    const { name = timeName(clock.wallMs()) } = context.req.valid('json');
    const state = host.backups.start(name);
    if (state === undefined) return context.json(ONE_RUNS, 409);
    return context.json({ data: backupInfo(state) }, 200);
  });
}

function cancelRoute(app: OpenAPIHono<ApiEnv>, { host, access }: Parts): void {
  const cancel = createRoute({
    ...operation(access, 'admin', 'Store'),
    method: 'delete',
    path: '/store/backup',
    summary: 'Cancel the backup that is under way; nothing is left of it',
    responses: {
      ...answers(z.object({ cancelled: z.literal(true) }), 'It has ended'),
      ...problems(404),
    },
  });
  app.openapi(cancel, async (context) => {
    const wasRunning = (await host?.backups?.cancel()) ?? false;
    if (!wasRunning) return context.json(NO_BACKUP, 404);
    return context.json({ data: { cancelled: true as const } }, 200);
  });
}

function storeInfo(broker: AdminBroker, host: AdminHost | undefined): StoreInfo {
  const gauges = broker.gauges();
  const status = host?.store();
  const { lastCommitMs } = broker;
  return {
    engine: status === undefined ? 'memory' : 'lmdb',
    failed: gauges.storeFailed === 1,
    last_commit_at: lastCommitMs === undefined ? null : new Date(lastCommitMs).toISOString(),
    backlog_bytes: gauges.storeBacklogBytes,
    sessions: gauges.sessions,
    queued_messages: gauges.queuedMessages,
    queued_bytes: gauges.queuedBytes,
    retained_messages: gauges.retainedMessages,
    retained_bytes: gauges.retainedBytes,
    disk: status === undefined ? null : diskInfo(status),
  };
}

function diskInfo({ directory, format, disk }: DiskStatus): StoreInfo['disk'] {
  return {
    directory,
    format,
    sync: disk.sync,
    sync_failed: disk.syncFailed === 1,
    file_bytes: disk.fileBytes,
    used_bytes: disk.usedBytes,
    compactions: disk.compactions,
    compactions_failed: disk.compactionsFailed,
    compaction_ms: disk.compactionMs,
  };
}

function backupInfo(backup: BackupState): BackupInfo {
  const { name, state, beganMs, endedMs, records, bytes, problem } = backup;
  return {
    name,
    state,
    began_at: new Date(beganMs).toISOString(),
    ended_at: endedMs === undefined ? null : new Date(endedMs).toISOString(),
    records,
    bytes,
    problem: problem ?? null,
  };
}

/** `2030-01-31T12-00-00.000Z`: what a directory can be called everywhere. */
function timeName(wallMs: number): string {
  return new Date(wallMs).toISOString().replaceAll(':', '-');
}

const NO_BACKUP = { code: 'NOT_FOUND', message: 'no backup is under way, or has been' };
const NO_DIRECTORY = {
  code: 'NOT_CONFIGURED',
  message:
    'the configuration names no directory for backups (storage.backups), or no store on disk',
};
const ONE_RUNS = { code: 'BACKUP_RUNS', message: 'a backup is under way: one at a time' };
