import { safeText } from '../../safe-log-line.js';
import type { LoadPlan } from '../load-plan.js';
import { type LoadTiming, rateOf } from '../load-run.js';
import { settingRows } from '../report/settings.js';
import { reportWords } from '../report/report-words.js';
import { grouped } from '../result-lines.js';
import { idsOf, samplePayload } from './plan-scenario.js';
import type { ScenarioValues } from './scenario-schema.js';

/** What a scenario would do, for people; nothing was done yet. */
export function scenarioLines(
  { name = 'scenario' }: ScenarioValues,
  plan: LoadPlan,
  timing: LoadTiming,
): string[] {
  const count = plan.groups.reduce((sum, group) => sum + group.count, 0);
  const rate = rateOf(plan) ?? 0;
  const say = reportWords('en');
  const seconds = [timing.warmUpMs, timing.durationMs].map((ms) => ms / 1000);
  return [
    `${name}: ${grouped(count)} devices, ${Number(rate.toPrecision(4))} messages/s, `
      + `${seconds[0]} s warm-up, ${seconds[1]} s measured, seed ${plan.seed}`,
    ...plan.groups.flatMap((group, at) => {
      const [first, last] = idsOf(plan, at);
      const [, text] = settingRows({ ...plan, groups: [group] }, timing, 1, say)[0]!;
      return [
        '',
        `${group.name}: ${first}${group.count > 1 ? ` to ${last}` : ''}`,
        ...text.split('; ').map((line) => `  ${line}`),
        ...group.publish.flatMap(({ payload }) =>
          payload === undefined || payload.format === 'cbor'
            ? []
            : [`  ${cut(Buffer.from(samplePayload(plan, payload, at)).toString())}`],
        ),
      ];
    }),
  ].map(safeText);
}

function cut(text: string): string {
  return text.length > SHOWN_MAX ? `${text.slice(0, SHOWN_MAX)}…` : text;
}

const SHOWN_MAX = 200;
