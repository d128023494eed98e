import { describe, expect, it } from 'vitest';
import type { InputLedger } from './input-ledger.ts';
import { askedKey, fateViolations, repeatedViolations, settleInputs, unaskedViolations } from './once.ts';
import {
  accountOf,
  bytesOf,
  codesOf,
  ScriptedPartition,
  TOPIC,
  transaction,
} from './scripted-partition.test-support.ts';

const NONSENSE = Buffer.from('{');
const input = { topic: TOPIC, low: 0 };
const sources = { answered: null, inputTrimmed: false };

const fates = (ledger: InputLedger, applied: number, atRest = true) =>
  fateViolations(ledger, { applied: () => applied, atRest });

/** t1 decided, delivered twice; t2 refused as too late; nonsense rejected; t3 decided over HTTP. */
function clean(): ScriptedPartition {
  const partition = new ScriptedPartition();
  partition.open();
  const [t1, t2, t3] = [transaction('t1', { minute: 5_000 }), transaction('t2'), transaction('t3', { minute: 5_001 })];
  partition.decide(t1, partition.ask(t1));
  partition.ask(t1);
  partition.reject('too_late', bytesOf(t2), partition.ask(t2));
  partition.reject('malformed', NONSENSE, partition.askNonsense(NONSENSE));
  partition.decide(t3, null);
  return partition;
}

describe('each transaction once', () => {
  it('holds when every input record has one fate and every decision was asked', () => {
    const { history, ledger } = clean();
    const settled = settleInputs(history, ledger, input);
    expect(settled).toMatchObject({ violations: [], duplicates: 1 });
    expect(repeatedViolations(history)).toEqual([]);
    expect(fates(ledger, 4)).toEqual([]);
    expect(unaskedViolations(history, settled.asked, sources)).toEqual({ violations: [], unattributed: 1 });
    const answered = new Set(history.decisions.map(askedKey));
    expect(unaskedViolations(history, settled.asked, { ...sources, answered })).toMatchObject({ unattributed: 0 });
  });

  it('is broken by a second decision', () => {
    const partition = clean();
    partition.decide(transaction('t1', { minute: 5_000 }), null);
    const violations = repeatedViolations(partition.history);
    expect(codesOf(violations)).toEqual(['I1 decided_twice']);
    expect(violations[0]).toMatchObject({ seq: 5, accountId: 'acct-1', transactionId: 't1' });
  });

  it('is broken by a second decision of other content, which also changes the first', () => {
    const partition = clean();
    partition.decide(transaction('t1', { minute: 5_000, amountMinor: 2 }), null);
    expect(codesOf(repeatedViolations(partition.history))).toEqual([
      'I1 decided_twice',
      'I6 decided_with_other_content',
    ]);
  });

  it('is broken by a second rejection of one record', () => {
    const partition = clean();
    partition.reject('malformed', NONSENSE, 3);
    expect(codesOf(repeatedViolations(partition.history))).toEqual(['I1 rejected_twice']);
  });

  it('is broken by a transaction below the input position without a fate', () => {
    const lost = clean();
    const offset = lost.ask(transaction('lost'));
    settleInputs(lost.history, lost.ledger, input);
    const violations = fates(lost.ledger, offset + 1);
    expect(codesOf(violations)).toEqual(['I5 input_passed_over', 'I1 not_decided']);
    expect(violations[0]).toMatchObject({ partition: 0, offset });
    expect(fates(lost.ledger, offset)).toEqual([]);
  });

  it('is broken by nonsense below the input position that was not rejected', () => {
    const partition = new ScriptedPartition();
    partition.askNonsense(NONSENSE);
    expect(codesOf(fates(partition.ledger, 1))).toEqual(['I5 input_passed_over']);
  });

  it('is broken by a conflict that was not rejected', () => {
    const partition = clean();
    const offset = partition.ask(transaction('t1', { minute: 5_000, amountMinor: 2 }));
    settleInputs(partition.history, partition.ledger, input);
    const violations = fates(partition.ledger, offset + 1);
    expect(codesOf(violations)).toEqual(['I5 input_passed_over', 'I1 not_decided']);
  });

  it('is broken by the rejection of a record that is not there, of other bytes, or of another partition', () => {
    const partition = clean();
    partition.reject('malformed', NONSENSE, 99);
    partition.reject('malformed', Buffer.from('['), 3);
    partition.reject('malformed', NONSENSE, 3, 7);
    const { violations } = settleInputs(partition.history, partition.ledger, input);
    expect(codesOf(violations)).toEqual(
      ['I1 rejected_unasked', 'I1 rejected_altered', 'I1 rejected_elsewhere'].map((code) =>
        code.replace('rejected_altered', 'rejection_altered'),
      ),
    );
    expect(settleInputs(partition.history, partition.ledger, { ...input, low: 100 }).violations).toHaveLength(2);
  });

  it('is broken by decisions that nobody asked for', () => {
    const { history } = clean();
    const unasked = unaskedViolations(history, new Set(), { ...sources, answered: new Set() });
    expect(codesOf(unasked.violations)).toEqual(['I1 not_asked', 'I1 not_asked']);
    expect(unaskedViolations(history, new Set(), { answered: null, inputTrimmed: true })).toEqual({
      violations: [],
      unattributed: 2,
    });
  });

  it('lets a record lie on another partition than decides it, once a copy of it is decided or refused there', () => {
    const account = accountOf(3);
    const [decided, refused, lost] = ['a', 'b', 'c'].map((id) =>
      transaction(id, { account, minute: id === 'b' ? 0 : 5_000 }),
    );
    const partition = new ScriptedPartition(3);
    partition.open();
    for (const stray of [decided, refused, lost]) partition.ask(stray!, { partition: 9, target: 3 });
    const copies = [decided, refused].map((stray) => partition.ask(stray!));
    partition.decide(decided!, copies[0]!);
    partition.reject('too_late', bytesOf(refused!), copies[1]!);
    expect(settleInputs(partition.history, partition.ledger, input).violations).toEqual([]);
    expect(fates(partition.ledger, Infinity, false)).toEqual([]);
    const violations = fates(partition.ledger, Infinity);
    expect(violations).toMatchObject([{ code: 'input_passed_over', partition: 9, offset: 2 }, { code: 'not_decided' }]);
  });
});
