import type { EntityChange } from './entity-change.ts';
import { ENTITY_KINDS, type EntityKeys } from './entity-kind.ts';
import type { EntityRef } from './entity-ref.ts';

/**
 * What an entity is to a change. `subject`: it is one of the transaction's entities. `payer`: it is the record, as a beneficiary, of the account that
 * pays another account.
 */
export type EntityRole = 'subject' | 'payer';

/** A record that a change concerns. */
export interface TouchedEntity extends EntityRef {
  readonly role: EntityRole;
}

/**
 * The records that a change concerns, each once, by the change alone: whatever records there are already. Payments to accounts concern the payer's record
 * too, and others never do, so that what is only ever paid by card costs nothing more. Labels say nothing about the payer; an account that pays
 * itself is the subject.
 */
export function entitiesTouchedBy(change: EntityChange): TouchedEntity[] {
  const touched: TouchedEntity[] = [];
  const entities = entitiesOf(change);
  for (const kind of ENTITY_KINDS) {
    const key = entities[kind];
    if (key !== null) touched.push({ kind, key, role: 'subject' });
  }
  const isLabel = change.type === 'amendment' && (change.kind === 'fraud' || change.kind === 'genuine');
  if (entities.beneficiary !== null && !isLabel && !isSelfPayment(change)) {
    touched.push({ kind: 'beneficiary', key: change.account, role: 'payer' });
  }
  return touched;
}

/** Whether the account that pays is the one that is paid. */
export function isSelfPayment(change: EntityChange): boolean {
  const { beneficiary } = entitiesOf(change);
  const { account } = change;
  return beneficiary !== null && beneficiary.high === account.high && beneficiary.low === account.low;
}

function entitiesOf(change: EntityChange): EntityKeys {
  return change.type === 'transaction' ? change.entities : change.effect.entities;
}
