import { afterEach, describe, expect, it, vi } from 'vitest';
import { InMemoryStore } from '../../libs/testkit/src/fakes/in-memory-store.ts';
import { runSchedule } from './run-schedule.ts';
import { planSchedule } from './schedule-plan.ts';
import { runRange } from './schedule-range.ts';
import { shrink } from './shrink.ts';

const UNTIL_FAILURE = { first: 1, end: 400, step: 1 };

/** A store that commits whatever became of the accounts since they were read. */
function breakTheStore(): void {
  const original = Reflect.get(InMemoryStore.prototype, 'commit') as InMemoryStore['commit'];
  vi.spyOn(InMemoryStore.prototype, 'commit').mockImplementation(async function (this: InMemoryStore, request) {
    const versions = this.snapshot().get(request.partition)?.versions;
    const accounts = request.accounts.map((account) => ({
      ...account,
      version: versions?.get(account.accountId) ?? null,
    }));
    return original.call(this, { ...request, accounts });
  });
}

describe('the simulation', () => {
  afterEach(() => void vi.restoreAllMocks());

  it('breaks nothing in 150 schedules', { timeout: 120_000 }, async () => {
    const { failing, schedules, decided, openings } = await runRange({ first: 1, end: 151, step: 1 }, () => true);
    expect(failing).toEqual([]);
    expect(schedules).toBe(150);
    expect(decided).toBeGreaterThan(schedules);
    expect(openings).toBeGreaterThan(schedules);
  });

  it('is settled by its seed', async () => {
    const [once, again, other] = [planSchedule(7), planSchedule(7), planSchedule(8)];
    expect(await runSchedule(once)).toEqual(await runSchedule(again));
    expect(await runSchedule(once)).not.toEqual(await runSchedule(other));
  });

  it('finds a store that forgets to compare versions, and shows with how little', { timeout: 120_000 }, async () => {
    breakTheStore();
    const { failing } = await runRange(UNTIL_FAILURE, ({ failing: sofar }) => sofar.length === 0);
    const plan = planSchedule(failing[0]?.seed ?? 0);
    const { plan: least, outcome } = await shrink(plan, await runSchedule(plan));
    expect(outcome.broken).not.toEqual([]);
    expect(least.faults.length + least.traffic.length).toBeLessThan(plan.faults.length + plan.traffic.length);
    vi.restoreAllMocks();
    expect((await runSchedule(plan)).broken).toEqual([]);
  });
});
