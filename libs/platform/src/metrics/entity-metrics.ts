import { counter, gauge } from './metric.ts';

/** What can be seen of the entity updater. */
export const ENTITY_METRICS = {
  entityLagEvents: gauge('holdfast_entity_lag_events', {
    unit: 'events',
    labels: { partition: 'number' },
    meaning: 'Records of an owned partition of decisions.v1 that the records of other entities do not know yet',
    remedy: 'Rising: more events than the updater folds; raise HOLDFAST_ENTITY_BATCH_EVENTS or add a worker.',
  }),
  entityLagSeconds: gauge('holdfast_entity_lag_seconds', {
    unit: 'seconds',
    labels: { partition: 'number' },
    meaning: 'For how long the first of these records has been in the log: how old entities are when they are read',
    remedy: 'Above what your frauds take: see the lag in events; a partition that is not read shows here alone.',
  }),
  entitySourcesHalted: gauge('holdfast_entity_sources_halted', {
    unit: 'partitions',
    labels: {},
    meaning: 'Owned partitions of decisions.v1 whose events are not folded into entities until a person has looked',
    remedy: 'Not 0: page. The log line says why; decisions go on with what entities knew before. docs/operations.md.',
  }),
  entityUpdates: counter('holdfast_entity_updates_total', {
    unit: 'changes',
    labels: {},
    meaning: 'Changes folded into records of entities: an event counts once for each entity that it concerns',
    remedy: 'Below some three times the rate of decisions for long: see the lag.',
  }),
  entityRecords: counter('holdfast_entity_records_total', {
    unit: 'records',
    labels: {},
    meaning: 'Records of entities that were written',
    remedy: 'Near the updates: cycles are so short that each finds little; a longer HOLDFAST_ENTITY_GAP_MS saves time.',
  }),
  entityRefusals: counter('holdfast_entity_refusals_total', {
    unit: 'steps',
    labels: { reason: ['moved', 'changed'] },
    meaning: 'Steps that the store refused, and that were made again from what it had',
    remedy: 'changed: several workers write one busy entity; moved for long: two updaters on one partition.',
  }),
  entityRetries: counter('holdfast_entity_retries_total', {
    unit: 'retries',
    labels: {},
    meaning: 'Passing faults of the entity updater: the store or the log was away, or looked so',
    remedy: 'Look at Redis and the brokers; the updater goes on by itself.',
  }),
  entityEventsLost: counter('holdfast_entity_events_lost_total', {
    unit: 'events',
    labels: {},
    meaning: 'Events that retention deleted from decisions.v1 before all entities knew them',
    remedy: 'Not 0: entities know too little of the time before; keep decisions.v1 for longer.',
  }),
  entityCorrupt: counter('holdfast_entity_corrupt_total', {
    unit: 'records',
    labels: {},
    meaning:
      'Records of entities that could not be read; each is made anew from the log, and not scored with until then',
    remedy: 'Not 0: something has damaged the store; look for more of it with ops audit. docs/operations.md.',
  }),
  entityMended: counter('holdfast_entity_mended_total', {
    unit: 'records',
    labels: {},
    meaning: 'Records of entities that could not be read and were made anew from the log',
    remedy:
      'Behind the damaged ones for minutes: the log is read from its start, see the retries; it goes on by itself.',
  }),
  entityOutOfReach: counter('holdfast_entity_out_of_reach_total', {
    unit: 'records',
    labels: {},
    meaning: 'Records of entities that cannot be read and stay so: decisions.v1 does not reach back to its first event',
    remedy: 'Not 0: decisions do without these entities. The log lines name them. docs/operations.md.',
  }),
} as const;
