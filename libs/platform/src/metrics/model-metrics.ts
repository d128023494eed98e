import { counter, gauge } from './metric.ts';

/** What can be seen of the model that decides, and of those beside it. */
export const MODEL_METRICS = {
  championInfo: gauge('holdfast_champion_info', {
    unit: 'models',
    labels: { model: 'model', sha256: 'model' },
    meaning:
      'Always 1: name and version of the model that decides in this process, and the first digits of its SHA-256',
    remedy: 'Processes that differ for long: one could not take the champion, see holdfast_champion_current.',
  }),
  championCurrent: gauge('holdfast_champion_current', {
    unit: 'models',
    labels: {},
    meaning: '1 while the process decides by the champion that the registry names, as far as it has seen',
    remedy:
      'Not 1: page. The log line "champion not taken" says why; the champion before it decides. docs/operations.md.',
  }),
  championSwaps: counter('holdfast_champion_swaps_total', {
    unit: 'models',
    labels: {},
    meaning: 'Champions that the process took while it ran',
    remedy: 'At HOLDFAST_MODEL_MAX_SWAPS no more is taken: restart the process.',
  }),
  challengersScoring: gauge('holdfast_challengers_scoring', {
    unit: 'models',
    labels: {},
    meaning: 'Challengers that score in this worker',
    remedy: 'Fewer than the registry names: the log line "challenger not taken" or "challenger let go" says why.',
  }),
  challengerDecisions: counter('holdfast_challenger_decisions_total', {
    unit: 'decisions',
    labels: { model: 'model', verdict: ['both_hold', 'champion_only', 'challenger_only', 'neither'] },
    meaning: 'Decisions that a challenger scored too, by which of the two holds under the policy',
    remedy: 'Before promoting: ops models compare, which knows labels too.',
  }),
  challengerDropped: counter('holdfast_challenger_dropped_total', {
    unit: 'decisions',
    labels: {},
    meaning: 'Decisions that challengers did not score because too many waited',
    remedy: 'Harmless for decisions. After a restart the worker reads fast; otherwise it is at its capacity.',
  }),
};
