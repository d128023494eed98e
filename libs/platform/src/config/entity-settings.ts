import { SECOND_MS } from '#libs/core';
import { integer } from './setting.ts';

/** How a worker keeps the records of cards, terminals, devices, networks and beneficiaries up to date. */
export const ENTITY_SETTINGS = {
  batchEvents: integer('HOLDFAST_ENTITY_BATCH_EVENTS', {
    default: 512,
    min: 16,
    max: 8_192,
    meaning: 'events of all partitions that one cycle of the entity updater takes; as many are read ahead of each partition', // prettier-ignore
  }),
  gapMs: integer('HOLDFAST_ENTITY_GAP_MS', {
    default: 10,
    min: 0,
    max: SECOND_MS,
    meaning: 'wait after a cycle of the entity updater; longer makes entities older when they are read and saves processor time', // prettier-ignore
  }),
};
