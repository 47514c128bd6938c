import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { BrokerProcess } from './broker-process.js';
import type { BrokerKind, RunningBroker } from './running-broker.js';

/** Debian puts it where an ordinary PATH does not look. */
export const MOSQUITTO_PATHS = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'] as const;

/**
 * The settings of the measurement; docs/benchmarks.md gives the reasons. Everything else is as
 * Debian and mosquitto have it.
 */
export function mosquittoConfig(port: number): string {
  return [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    'persistence false',
    'set_tcp_nodelay true',
    'max_queued_messages 0',
    'max_inflight_messages 1024',
    'log_type error',
    'log_type warning',
    '',
  ].join('\n');
}

/** Debian's mosquitto from its own path. */
export function mosquitto(command: string): BrokerKind {
  return {
    name: 'mosquitto',
    async start(): Promise<RunningBroker> {
      const folder = await mkdtemp(join(tmpdir(), 'magpie-bench-'));
      try {
        const config = join(folder, 'mosquitto.conf');
        return await BrokerProcess.start(command, (port) => {
          writeFileSync(config, mosquittoConfig(port));
          return ['-c', config];
        });
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  };
}
