import { expect, it } from 'vitest';
import type { CommitRequest } from '#libs/core';
import { CONTRACT_OUTBOX_LIMIT, commitOf, events, everything, type StoreSubject, write } from './store-subject.ts';

/** What a commit is refused for; nothing is written then. */
export function refusalTests(subject: StoreSubject): void {
  const { state, fresh, opened } = subject;
  const topic = 't';

  /** A partition with account `a` of version 2 and `t` applied up to 10, and a commit that follows. */
  async function prepared() {
    const { p, home } = await opened();
    const first = { topic, from: 0, to: 10, loaded: null };
    await state().commit(commitOf(p, home, { input: first, accounts: [write('a', null)], events: events(2) }));
    const input = { topic, from: 10, to: 20, loaded: 10 };
    return { p, good: commitOf(p, home, { input, accounts: [write('a', 2, 'changed', { 3: 'new' })] }) };
  }

  /** What it is answered with `change`, which must change nothing. */
  async function refused(change: (good: CommitRequest) => CommitRequest) {
    const { p, good } = await prepared();
    const before = await everything(subject, p, ['a', 'b']);
    const { status } = await state().commit(change(good));
    expect(await everything(subject, p, ['a', 'b'])).toEqual(before);
    return status;
  }

  it('would have gone through but for what it is refused for', async () => {
    const { good } = await prepared();
    expect(await state().commit(good)).toEqual({ status: 'committed', lastSeq: 3 });
  });

  it('is closed without a home, and under another', async () => {
    expect(await state().commit(commitOf(fresh(), 'a:b:1:1'))).toEqual({ status: 'closed' });
    expect(await refused((good) => ({ ...good, home: `${good.home}1` }))).toBe('closed');
  });

  it('is a gap when it begins beyond the position', async () => {
    expect(await refused((good) => ({ ...good, input: { topic, from: 11, to: 20, loaded: 10 } }))).toBe('gap');
    expect(await refused((good) => ({ ...good, input: { topic: 'u', from: 1, to: 2, loaded: null } }))).toBe('gap');
  });

  it('is stale when the position is not the one that was loaded', async () => {
    expect(await refused((good) => ({ ...good, input: { topic, from: 5, to: 20, loaded: 5 } }))).toBe('stale');
    expect(await refused((good) => ({ ...good, input: { topic, from: 0, to: 20, loaded: null } }))).toBe('stale');
  });

  it.each([
    ['another version', write('a', 1)],
    ['an account that was new when it was read', write('a', null)],
    ['an account that is no longer there', write('b', 2)],
    ['an account that was only read', write('a', 1, null)],
  ])('is a conflict over %s', async (_what, account) => {
    expect(
      await refused((good) => ({
        ...good,
        accounts: account.accountId === 'a' ? [account] : [...good.accounts, account],
      })),
    ).toBe('conflict');
    expect(await refused((good) => ({ ...good, events: [], accounts: [account] }))).toBe('conflict');
  });

  it('is full when the outbox would hold more than its limit, counted from what is published', async () => {
    expect(await refused((good) => ({ ...good, events: events(CONTRACT_OUTBOX_LIMIT - 1) }))).toBe('full');
    const { p, home } = await opened();
    expect(await state().commit(commitOf(p, home, { events: events(CONTRACT_OUTBOX_LIMIT) }))).toMatchObject({
      status: 'committed',
    });
    expect(await state().commit(commitOf(p, home))).toEqual({ status: 'full' });
    expect(await state().commit(commitOf(p, home, { events: [] }))).toMatchObject({ status: 'committed' });
  });

  it('is told the first reason: closed, gap, stale, conflict, full', async () => {
    const all = {
      input: { topic, from: 11, to: 20, loaded: 3 },
      accounts: [write('a', 1)],
      events: events(CONTRACT_OUTBOX_LIMIT),
    };
    expect(await refused((good) => ({ ...good, ...all, home: 'x' }))).toBe('closed');
    expect(await refused((good) => ({ ...good, ...all }))).toBe('gap');
    expect(await refused((good) => ({ ...good, ...all, input: { ...all.input, from: 9 } }))).toBe('stale');
    expect(await refused((good) => ({ ...good, ...all, input: null }))).toBe('conflict');
  });
}
