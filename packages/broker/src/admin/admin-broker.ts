import type { QoS } from '@magpie/protocol';
import type { BanList } from '../admission/bans.js';
import type { Explanation } from '../explain/explain.js';
import type { ExplainQuestion } from '../explain/explain-question.js';
import type { WhatIf, WhatIfQuestion } from '../explain/what-if.js';
import type { BrokerGauges } from '../observe/broker-gauges.js';
import type { PacketWatches } from '../observe/packets/packet-watches.js';
import type { ClientDirectory } from '../pipeline/client-directory.js';
import type { AccessRules } from '../auth/rules/access-rules.js';
import type { RuleAuthorizer } from '../auth/rules/rule-authorizer.js';
import type { ParsedRules } from '../auth/rules/rule-compiler.js';
import type { Revocation } from '../pipeline/rechecking.js';
import type { TraceList } from '../observe/trace/tracer.js';
import type { Message } from '../model/message.js';
import type { JournalEntry } from '../observe/journal/journal-entry.js';
import type { RetainedView } from '../routing/retained-tree.js';

/** What the HTTP port may see and do of a broker. */
export interface AdminBroker {
  readonly clients: ClientDirectory;
  readonly retained: RetainedView;
  readonly bans: BanList;
  /** Whose packets are logged. */
  readonly packetWatches: PacketWatches;
  readonly traces: TraceList;
  /** Tells what the journal notes. @returns A function that takes the listener off. */
  watch(listener: (entry: JournalEntry) => void): () => void;
  /** @param handler Gets a message that is valid while it runs. */
  subscribe(filter: string, handler: (message: Message) => void): { unsubscribe(): void };
  explain(question: ExplainQuestion): Explanation;
  /** `undefined`: it does not decide by access rules. */
  readonly accessRules: AccessRules | undefined;
  /** Ms since 1970; `undefined`: none yet. */
  readonly lastCommitMs: number | undefined;
  gauges(): BrokerGauges;
  /** Publishes nothing. */
  whatIf(question: WhatIfQuestion): WhatIf;
  /** @returns Whether it was connected. */
  disconnect(clientId: string): boolean;
  /** Keeps nobody waiting, however large the file is. */
  readRules(text: string, file: string): Promise<ParsedRules>;
  /** What sessions would lose with other rules. Nothing is changed. */
  previewRecheck(rules: RuleAuthorizer): Promise<readonly Revocation[]>;
  /** Resolves when what must survive is safe; rejects as `Broker.publish` does. */
  publish(message: {
    readonly topic: string;
    readonly payload: Uint8Array;
    readonly qos: QoS;
    readonly retain: boolean;
  }): Promise<void>;
}
