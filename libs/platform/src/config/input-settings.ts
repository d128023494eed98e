import { HOUR_MS, MINUTE_MS, SECOND_MS } from '#libs/core';
import { integer } from './setting.ts';

/** When a worker stops taking its input: bounds on what a broken producer, or a consumer that has gone silent, can do. */
export const INPUT_SETTINGS = {
  invalidPercent: integer('HOLDFAST_INVALID_PERCENT_LIMIT', {
    default: 10,
    min: 1,
    max: 100,
    meaning:
      'share of unreadable records among the last ones of an input partition above which it is held back, undecided, until the worker is started again; 100 never holds back',
  }),
  invalidWindowRecords: integer('HOLDFAST_INVALID_WINDOW_RECORDS', {
    default: 1000,
    min: 200,
    max: 100_000,
    meaning: 'last records of an input partition that HOLDFAST_INVALID_PERCENT_LIMIT is a share of; fewer than 100 never hold it back', // prettier-ignore
  }),
  fetchSilenceMs: integer('HOLDFAST_FETCH_SILENCE_LIMIT_MS', {
    default: MINUTE_MS,
    min: 20 * SECOND_MS,
    max: HOUR_MS,
    meaning: 'time without a successful fetch, while partitions are asked for, after which a worker ends with code 75 to be started again', // prettier-ignore
  }),
};
