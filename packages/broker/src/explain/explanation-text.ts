import type { Explanation } from './explain.js';
import { counted, entryLine, type ExplainLanguage, sentenceOf } from './sentences.js';
import type { AssumedPublisher, WhatIf } from './what-if.js';

/** An explanation for a person: the verdict, then what it rests on. */
export function explanationText(explanation: Explanation, language: ExplainLanguage): string[] {
  const { verdict, evidence, history } = explanation;
  return [
    sentenceOf(verdict, language),
    ...evidence.map((fact) => `  ${sentenceOf(fact, language)}`),
    ...history.map((entry) => `    ${entryLine(entry)}`),
  ];
}

/** Who would get a message, a line for each. */
export function whatIfText(answer: WhatIf, language: ExplainLanguage): string[] {
  const { question, allowed, assumed, deliveries, deliveriesCount, nearMisses } = answer;
  const words = WORDS[language];
  const from = shown(question.from ?? '');
  const guess = assumed === undefined ? [] : [`  ${words.assumed(from, assumed)}`];
  if (typeof allowed === 'object') return [words.denied(from, allowed.rule), ...guess];
  if (allowed === 'unknown') guess.unshift(`  ${words.unknown(from)}`);
  const lines = deliveries.map(({ clientId = words.program, qos, outcome, why = '', group }) => {
    const shared = group === undefined ? '' : ` ($share/${group})`;
    const fate = `${words[outcome]} QoS ${qos} ${why}`.trimEnd();
    return `  ${shown(clientId)}: ${fate}${shown(shared)}`;
  });
  const near = nearMisses.map(({ clientId, filter, miss }) => {
    return `  ${words.not} ${shown(clientId)}: ${shown(filter)} (${miss})`;
  });
  return [words.total(deliveriesCount), ...guess, ...lines, ...near];
}

function shown(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

const WORDS = {
  en: {
    sent: 'sent at once,',
    queued: 'queued,',
    dropped: 'dropped,',
    not: 'not',
    program: '(the program)',
    total: (count: number) =>
      `${counted(count, 'subscriber', 'subscribers')} would be asked to take it`,
    denied: (from: string, rule: string) => `${from} may not publish it: ${rule}`,
    unknown: (from: string) => `whether ${from} may publish it, the program decides`,
    assumed: (from: string, { username, address }: AssumedPublisher) => {
      const user = username === undefined ? 'without a user name' : `as user ${shown(username)}`;
      return `supposed that ${from} connects ${user}, from ${shown(address ?? 'nowhere known')}`;
    },
  },
  zh: {
    sent: '立即发送，',
    queued: '排队，',
    dropped: '丢弃，',
    not: '不会收到：',
    program: '（本程序）',
    total: (count: number) => `将有 ${count} 个订阅者`,
    denied: (from: string, rule: string) => `${from} 无权发布：${rule}`,
    unknown: (from: string) => `${from} 是否有权发布由程序决定`,
    assumed: (from: string, { username, address }: AssumedPublisher) => {
      const user = username === undefined ? '不带用户名' : `以用户 ${shown(username)}`;
      return `假定 ${from} ${user}连接，来自 ${shown(address ?? '未知地址')}`;
    },
  },
} as const;
