import { counter, gauge } from './metric.ts';

/** What can be seen of the model that decides. */
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
};
