import type { Scenario, Without } from '../scenarios.js';
import { magpie, type MagpieOptions } from './magpie.js';
import type { BrokerKind } from './running-broker.js';

const NO_JOURNAL = ['journalSizeMax=0'];
/** How a scenario is made into one without: what the thing costs is the ratio of the two. */
const WITHOUT: Readonly<Record<Without, (scenario: Scenario) => Scenario>> = {
  'no-rules': ({ rules: _rules, ...scenario }) => scenario,
  'no-trace': (scenario) => ({ ...scenario, trace: false }),
  'no-journal': (scenario) => ({ ...scenario, limits: NO_JOURNAL }),
  'no-tls': ({ secure: _secure, ...scenario }) => scenario,
  'no-sight': (scenario) => ({ ...scenario, limits: NO_JOURNAL, blind: true }),
};

export function isWithout(name: string): name is Without {
  return Object.hasOwn(WITHOUT, name);
}

/** Each starts Magpie for the scenarios in which it stands beside it. */
export function magpieWithout(options: MagpieOptions): BrokerKind[] {
  const kind = magpie(options);
  return Object.entries(WITHOUT).map(([name, change]) => ({
    name,
    hasDisk: kind.hasDisk,
    start: (scenario, run) => {
      return kind.start({ ...change(scenario), name: `${scenario.name}-${name}` }, run);
    },
  }));
}
