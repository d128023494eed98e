import { NO_CATEGORY, NOWHERE, type AccountEvent } from '#libs/core';

/** What an event says of its surroundings when they do not matter. */
export const NO_CONTEXT: Pick<AccountEvent, 'category' | 'country' | 'place' | 'entities'> = {
  category: NO_CATEGORY,
  country: 0,
  place: NOWHERE,
  entities: { card: null, terminal: null, device: null, ip: null, beneficiary: null },
};
