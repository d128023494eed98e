import { accountTakeover } from './account-takeover.ts';
import { cardTesting } from './card-testing.ts';
import { compromisedTerminal } from './compromised-terminal.ts';
import type { FraudScenario } from './fraud-scenario.ts';
import { muleFanIn } from './mule-fan-in.ts';
import { spendingSpree } from './spending-spree.ts';
import { unusualAmount } from './unusual-amount.ts';

/** Every kind of fraud there is. The order is part of what a seed means: add at the end. */
export const SCENARIOS: readonly FraudScenario[] = [
  spendingSpree,
  cardTesting,
  unusualAmount,
  accountTakeover,
  muleFanIn,
  compromisedTerminal,
];
