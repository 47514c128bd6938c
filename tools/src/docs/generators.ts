import { readFileSync } from 'node:fs';
import { createBroker, LIMITS, SystemClock } from '@magpie/broker';
import {
  accessRulesMarkdown,
  type ApiDocument,
  apiDocument,
  configurationMarkdown,
  LOG_EVENTS,
  LOG_FIELDS,
  metricsMarkdown,
  openAccounts,
} from '@magpie/broker/server';
import { type ManPage, packageVersion, referencePages, scenarioMarkdown } from '@magpie/cli';
import { CLIENT_ERRORS, ConnectRefusedError } from '@magpie/client';
import { connackCodeOf, PROTOCOL_FAULTS, type ProtocolFault } from '@magpie/protocol';

import { houseRules } from '../tidy/rules.js';
import { adminApiPage } from './admin-api-page.js';
import { CLIENT_ERROR_MEANINGS } from './client-error-meanings.js';
import { clientErrorsPage } from './client-errors-page.js';
import { errorsPage } from './errors-page.js';
import type { Generator } from './generator.js';
import { houseRulesPage } from './house-rules-page.js';
import { limitsPage } from './limits-page.js';
import { logsPage } from './logs-page.js';

const CLI_PACKAGE = new URL('../../../packages/cli/package.json', import.meta.url);
const api = await describedApi();
const commandLine = await referencePages(packageVersion());

/** Every page that is made from a table. `npm run docs` writes them; tidy fails when one is old. */
export const generators: readonly Generator[] = [
  { path: 'docs/configuration.md', render: configurationMarkdown },
  { path: 'docs/access-rules.md', render: accessRulesMarkdown },
  { path: 'docs/limits.md', render: () => limitsPage(LIMITS) },
  { path: 'docs/logs.md', render: () => logsPage(LOG_EVENTS, LOG_FIELDS) },
  { path: 'docs/metrics.md', render: metricsMarkdown },
  {
    path: 'docs/errors.md',
    render: () => errorsPage(PROTOCOL_FAULTS, (fault) => connackCodeOf(fault as ProtocolFault)),
  },
  {
    path: 'docs/client-errors.md',
    render: () => clientErrorsPage(CLIENT_ERRORS, CLIENT_ERROR_MEANINGS, refusals()),
  },
  { path: 'docs/admin-api.md', render: () => adminApiPage(api) },
  { path: 'docs/scenarios.md', render: scenarioMarkdown },
  { path: 'docs/cli.md', render: () => commandLine.markdown },
  { path: 'packages/cli/package.json', render: () => withManPages(commandLine.man) },
  ...commandLine.man.map(({ name, text }) => ({
    path: `packages/cli/man/${name}`,
    render: () => text,
  })),
  { path: 'docs/house-rules.md', render: () => houseRulesPage(houseRules([])) },
];

/** Every answer to CONNECT but yes (MQTT 3.1.1, 3.2.2.3). */
function refusals(): readonly ConnectRefusedError[] {
  return [1, 2, 3, 4, 5].map((returnCode) => new ConnectRefusedError('The server', returnCode));
}

/** The API describes itself: a broker is made for it, which listens to nothing. */
async function describedApi(): Promise<ApiDocument> {
  await using broker = await createBroker();
  const { book } = await openAccounts(undefined);
  return await apiDocument({
    broker,
    book,
    source: { notReady: () => undefined, metrics: () => [] },
    limits: broker.limits,
    clock: new SystemClock(),
    version: packageVersion(),
  });
}

/** package.json of the command, from which npm learns which manual pages to install. */
function withManPages(pages: readonly ManPage[]): string {
  const before = JSON.parse(readFileSync(CLI_PACKAGE, 'utf8')) as object;
  const man = pages.map(({ name }) => `man/${name}`);
  return `${JSON.stringify({ ...before, man }, undefined, 2)}\n`;
}
