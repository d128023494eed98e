import { DecisionDetails } from '#libs/adapters';
import { NO_TRACING } from '#libs/platform';
import { DecisionDoor } from '../../apps/api/src/decision-door.ts';
import type { Answer } from '../../apps/api/src/http-types.ts';
import { RequestIntake } from '../../apps/api/src/request-intake.ts';
import { createScorer } from '../../apps/api/src/scorer.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import { METRICS, type SimulatedSystem, TRANSACTION_PARSER } from './simulated-system.ts';

const LIMITS = {
  defaultDeadlineMs: 400,
  maxDeadlineMs: 2_000,
  deadlineMarginMs: 5,
  maxWaitingRequests: 100,
  batchMaxTransactions: 8,
};

/** Starts a door for HTTP over `lane`; gives back how to ask it, which is not answered once its process is dead. */
export function startApi(
  system: SimulatedSystem,
  lane: SimulatedProcess,
): { readonly ask: (body: Uint8Array, headers: Readonly<Record<string, string>>) => Promise<Answer> } {
  const ports = system.scoringPorts(lane, lane.skewMs);
  const { clock } = ports;
  const { partitions } = system.broker;
  const scorer = createScorer(ports);
  const details = new DecisionDetails(system.detailCache(lane), () => undefined);
  const intake = new RequestIntake({
    scorer,
    details,
    clock,
    metrics: METRICS,
    tracing: NO_TRACING,
    partitions,
    limits: LIMITS,
  });
  const door = new DecisionDoor({ intake, scorer, details, parser: TRANSACTION_PARSER, clock, partitions });
  return { ask: (body, headers) => door.decide({ body, headers }) };
}
