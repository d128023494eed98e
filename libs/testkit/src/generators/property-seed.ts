import fc from 'fast-check';

/** `random`, or the seed of all properties of a run. */
const asked = process.env['HOLDFAST_PROPERTY_SEED'] ?? '1';

if (asked !== 'random') {
  const seed = Number(asked);
  if (!Number.isInteger(seed)) throw new Error('HOLDFAST_PROPERTY_SEED is an integer, or the word random');
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
}
