import { ID_PATTERN, isIpAddress, networkOf, toAccountFeatures, toWireForm } from '#libs/contracts';
import {
  accountReading,
  CorruptRecord,
  decodeAccount,
  decodeEntity,
  decodeOverflow,
  describeAccount,
  describeEntity,
  type EntityKind,
  entityPartition,
  partitionOf,
  TransientFault,
  hashText,
} from '#libs/core';
import type { CommandResult } from '../command-context.ts';
import { CommandFailed, UsageError } from '../failures.ts';
import { accountText, type AccountFacts } from './account-text.ts';
import { featuresText } from './features-text.ts';
import { entityText, type EntityFacts } from './entity-text.ts';
import type { InspectionSources } from './open-inspection.ts';

const OF_ACCOUNT =
  'Nothing is scored with it: the door that meets it closes the partition, and the worker that opens it again makes the account anew from its events in the log and the outbox.';
const OF_ENTITY =
  'Decisions do without it and say entity_unreadable, and nothing is folded into it until the entities of its partition are made anew: see docs/operations.md.';

/** What is kept of an account; `shownEvents` is how many of its events the text has. Throws `CommandFailed` when nothing is, or when it cannot be read. */
export async function inspectAccount(
  accountId: string,
  { partitions, accounts, ...sources }: InspectionSources,
  shownEvents: number,
): Promise<CommandResult> {
  assertId(accountId, 'account_id');
  const partition = partitionOf(accountId, partitions);
  const { version, record, overflow } = await accounts.accountWithOverflow(partition, accountId);
  const what = `account ${accountId} (partition ${partition})`;
  if (record === null && version === null) throw new CommandFailed(`Nothing is kept of ${what}.`);
  if (record === null || version === null) {
    const missing = record === null ? 'record' : 'version';
    throw new CommandFailed(`The ${missing} of ${what} is missing, for a moment or for good.`);
  }
  const partitionFloorMs = await sources.partitionFloorMs(partition);
  return readable(what, OF_ACCOUNT, () => {
    const state = decodeAccount(record, version);
    const account = describeAccount(state);
    const records = [...(overflow ?? new Map<number, Uint8Array>()).values()];
    const facts: AccountFacts = {
      account_id: accountId,
      partition,
      version,
      record_bytes: record.length,
      overflow: {
        records: records.length,
        entries: records.reduce((sum, bytes) => sum + decodeOverflow(bytes).length, 0),
        bytes: records.reduce((sum, bytes) => sum + bytes.length, 0),
      },
    };
    const { watermarkMs } = account;
    const { inputs } = accountReading(state, { atMs: watermarkMs ?? 0, version, partitionFloorMs });
    const features = watermarkMs === null ? [] : toAccountFeatures(inputs);
    return {
      data: { ...facts, features, state: toWireForm(account) },
      text: [accountText(facts, account, shownEvents), ...featuresText(features)].join('\n'),
    };
  });
}

/** The same of an entity. */
export async function inspectEntity(
  kind: EntityKind,
  asked: string,
  { sources, shownEvents }: { readonly sources: InspectionSources; readonly shownEvents: number },
): Promise<CommandResult> {
  const id = hashedId(kind, asked);
  const key = sources.hasher.text64(id);
  const partition = entityPartition({ key }, sources.partitions);
  const [record = null] = await sources.entities.load([{ kind, key }]);
  const what = `${kind} ${id} (hash ${hashText(key)}, partition ${partition})`;
  if (record === null) throw new CommandFailed(`Nothing is kept of ${what}.`);
  return readable(what, OF_ENTITY, () => {
    const entity = describeEntity(decodeEntity(kind, record));
    const facts: EntityFacts = { kind, id, key: hashText(key), partition, record_bytes: record.length };
    return { data: { ...facts, state: toWireForm(entity) }, text: entityText(facts, entity, shownEvents) };
  });
}

/** What the scorer hashes: of an address its network, else the id itself. */
function hashedId(kind: EntityKind, asked: string): string {
  if (kind !== 'ip') {
    assertId(asked, kind === 'beneficiary' ? 'counterparty_account_id' : `${kind}_id`);
    return asked;
  }
  if (isIpAddress(asked)) return networkOf(asked);
  throw new UsageError(`${asked} is no IP address: give one such as 203.0.113.7 or 2001:db8:1::7.`);
}

function assertId(id: string, field: string): void {
  if (ID_PATTERN.test(id)) return;
  throw new UsageError(`${id} can be no ${field}: ids match ${ID_PATTERN.source}.`);
}

function readable(what: string, consequence: string, read: () => CommandResult): CommandResult {
  try {
    return read();
  } catch (error) {
    if (error instanceof CorruptRecord) {
      throw new CommandFailed(`The record of ${what} cannot be read: ${error.message}. ${consequence}`);
    }
    if (!(error instanceof TransientFault)) throw error;
    throw new CommandFailed(`The record of ${what} cannot be read now: ${error.message}.`);
  }
}
