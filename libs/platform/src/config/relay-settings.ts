import { DAY_MS, MINUTE_MS, SECOND_MS } from '#libs/core';
import { integer } from './setting.ts';

/** How decisions get from the store to `decisions.v1`. */
export const RELAY_SETTINGS = {
  lingerMs: integer('HOLDFAST_RELAY_LINGER_MS', {
    default: 3,
    min: 0,
    max: SECOND_MS,
    meaning: 'wait for more decisions before one send; longer costs latency and saves processor time',
  }),
  openAgeMs: integer('HOLDFAST_OPEN_AGE_MS', {
    default: DAY_MS,
    min: MINUTE_MS,
    max: 7 * DAY_MS,
    meaning: "age at which an owner opens its partition anew, at most a quarter of the decisions topic's retention",
  }),
};
