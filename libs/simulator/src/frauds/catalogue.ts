import { cardTesting } from './card-testing.ts';
import type { FraudScenario } from './fraud-scenario.ts';
import { spendingSpree } from './spending-spree.ts';
import { unusualAmount } from './unusual-amount.ts';

/** Every kind of fraud there is. The order is part of what a seed means: add at the end. */
export const SCENARIOS: readonly FraudScenario[] = [spendingSpree, cardTesting, unusualAmount];
