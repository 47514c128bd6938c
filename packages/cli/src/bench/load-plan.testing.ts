import type { DeviceGroup, LoadPlan, PublishPlan } from './load-plan.js';

/** A plan for tests: what is not said is as little as can be. */
export function planOf(
  groups: readonly (Partial<DeviceGroup> & Pick<DeviceGroup, 'name' | 'count'>)[],
  plan: Partial<LoadPlan> = {},
): LoadPlan {
  return {
    server: 'mqtt://127.0.0.1:1',
    options: {},
    anyServerName: false,
    run: 1,
    idPrefix: 'test-',
    sources: [],
    connectRate: 0,
    seed: 1,
    comesAndGoes: false,
    groups: groups.map((group) => ({ publish: [], subscribe: [], ...group })),
    ...plan,
  };
}

/** A closed loop of one message, at QoS 1. */
export function publishing(topic: string, publish: Partial<PublishPlan> = {}): PublishPlan {
  return {
    topic,
    qos: 1,
    retain: false,
    bytes: 24,
    pace: { kind: 'window', window: 1, until: 'acknowledged' },
    ...publish,
  };
}
