import { expect, it, vi } from 'vitest';
import { PartitionRig } from '../../src/rig/partition-rig.ts';
import { transactions } from '../../src/rig/transactions.ts';

it('a relay ends at once, though it is still waiting for something new in the log', async () => {
  const rig = await PartitionRig.start();
  try {
    const relay = rig.relay(await rig.openWith(transactions(0, 3)));
    const running = relay.run();
    await vi.waitFor(() => expect(rig.validEvents()).toHaveLength(3));
    const waiting = new Promise<void>((resolve) => {
      rig.log.read = () => {
        resolve();
        return new Promise<never>(() => undefined);
      };
    });
    await waiting;
    relay.stop();
    expect(await running).toBe('stopped');
  } finally {
    await rig.stop();
  }
});
