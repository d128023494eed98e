import type { Clock } from '../ports/clock.ts';
import type { DeadLetters } from '../ports/dead-letters.ts';
import type { DecisionLog } from '../ports/decision-log.ts';
import type { EventCodec } from '../ports/event-codec.ts';
import type { InputTopics } from '../ports/input-topics.ts';
import type { PartitionStore } from '../ports/partition-store.ts';
import type { ScoringRules } from '../score/scoring-rules.ts';
import type { Hasher } from '../siphash.ts';

/** What the owner of a partition works with. */
export interface OwnerPorts {
  readonly store: PartitionStore;
  readonly log: DecisionLog;
  readonly inputs: InputTopics;
  readonly deadLetters: DeadLetters;
  readonly codec: EventCodec;
  readonly hasher: Hasher;
  readonly clock: Clock;
  readonly rules: Pick<ScoringRules, 'maxFutureSkewMs'>;
  /** A text that no other opening has used. */
  newNonce(): string;
}
