import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { BrokerProcess } from './broker-process.js';
import type { BrokerKind } from './running-broker.js';
import { withFolder } from './with-folder.js';

/** Debian puts it where an ordinary PATH does not look. */
export const MOSQUITTO_PATHS = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto'] as const;

/**
 * The settings of the measurement; docs/benchmarks.md gives the reasons. Everything else is as
 * Debian and mosquitto have it.
 */
export function mosquittoConfig(port: number, folder: string, durable: boolean): string {
  // Its disk is a snapshot of everything, at most once a second.
  const disk = [
    'persistence true',
    `persistence_location ${folder}/`,
    'autosave_interval 1',
    'user root', // started by root it becomes another one, who may not write there
  ];
  return [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    ...(durable ? disk : ['persistence false']),
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
    hasDisk: true,
    start: ({ durable }) =>
      withFolder((folder) => {
        const config = join(folder, 'mosquitto.conf');
        return BrokerProcess.start(command, (port) => {
          writeFileSync(config, mosquittoConfig(port, folder, durable !== undefined));
          return ['-c', config];
        });
      }),
  };
}
