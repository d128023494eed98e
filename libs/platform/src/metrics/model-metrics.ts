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
  featurePsi: gauge('holdfast_feature_psi', {
    unit: 'index',
    labels: { feature: 'feature' },
    meaning: 'How far an input of the last 5,000 decisions that this worker read has moved from where it lay when the champion was made: population stability index', // prettier-ignore
    remedy: 'Above 0.25: other customers, another producer, or a fault in a field. ops models health, by time.',
  }),
  featureMissing: gauge('holdfast_feature_missing_share', {
    unit: 'share',
    labels: { feature: 'feature' },
    meaning: 'The share of these decisions in which the input was missing',
    remedy: 'A jump: a producer has stopped sending the field that it is made of.',
  }),
  scorePsi: gauge('holdfast_score_psi', {
    unit: 'index',
    labels: {},
    meaning: 'The same of the scores',
    remedy: 'Above 0.25: look at the inputs; train again once enough is known of what comes now.',
  }),
  driftedInputs: gauge('holdfast_drifted_inputs', {
    unit: 'inputs',
    labels: {},
    meaning: 'Inputs that have moved: above 0.25, and above what chance could do',
    remedy: 'Not 0 for hours: alert. holdfast_feature_psi says which.',
  }),
  challengersScoring: gauge('holdfast_challengers_scoring', {
    unit: 'models',
    labels: {},
    meaning: 'Challengers that score in this worker',
    remedy: 'Fewer than the registry names: the log line "challenger not taken" or "challenger let go" says why.',
  }),
  challengerDecisions: counter('holdfast_challenger_decisions_total', {
    unit: 'decisions',
    labels: { verdict: ['both_hold', 'champion_only', 'challenger_only', 'neither'] },
    meaning: 'Decisions that challengers scored too, by who holds under the policy; of several challengers together',
    remedy: 'Before promoting: ops models compare, which knows labels too.',
  }),
  challengerDropped: counter('holdfast_challenger_dropped_total', {
    unit: 'decisions',
    labels: {},
    meaning: 'Decisions that challengers did not score because too many waited',
    remedy: 'Harmless for decisions. After a restart the worker reads fast; otherwise it is at its capacity.',
  }),
};
