import { expect, it, vi } from 'vitest';
import { formatClaim, openRecord, PROTOCOL_VERSION, type UpdaterHooks } from '#libs/core';
import { approved } from '../../src/rig/scripted-log.ts';
import { describeUpdater, payments } from './updater-subject.ts';

describeUpdater('entities from a log', (subject) => {
  it('with records of zombies, gaps, repetitions, openings and holes', async () => {
    const script = subject.rig.script(0);
    const events = payments(0, 0, 40).map(approved);
    const zombies = payments(7, 0, 10).map(approved);
    script.open().append(...events.slice(0, 8));
    script.write(...script.records(zombies, { epoch: 1, seq: 12 }));
    script.write(...script.records(events.slice(3, 8), { epoch: 1, seq: 4 }));
    subject.rig.start();
    await subject.rig.drained();
    script
      .open()
      .open()
      .append(...events.slice(8, 20));
    script.write(...script.records(zombies, { epoch: 1, seq: 9 }), ...script.records(zombies, { epoch: 2, seq: 9 }));
    subject.rig.log.leaveHole(0, 3);
    script.write({ key: null, value: null, headers: {} });
    script.write(...script.records(events.slice(15, 20), { epoch: 3, seq: 16 })).append(...events.slice(20, 30));
    subject.rig.log.leaveHole(0, 1);
    await subject.rig.drained();
    expect(await subject.rig.differences()).toEqual({});
    await subject.restore();
    script.open().append(...events.slice(30));
    await subject.rig.drained();
    expect(await subject.rig.differences()).toEqual({});
    expect(script.valid().length).toBe(40);
  });

  it('that lost its end and went on: nothing more is applied, and a person is called', async () => {
    subject.fill(0, 20, [0]);
    await subject.rig.catchUp({ sources: [0] });
    subject.rig.script(0).truncate(15);
    const halted = vi.fn<UpdaterHooks['halted']>();
    const { updater } = subject.rig.start({ hooks: { halted } });
    const isHalted = (): boolean | undefined => updater.lag.find(({ source }) => source === 0)?.halted;
    const reason = 'Entities are up to 21:1:20:0, which the log does not bear out';
    await vi.waitFor(() => expect(halted).toHaveBeenCalledWith(0, reason));
    expect(isHalted()).toBe(true);
    subject.rig
      .script(0)
      .open()
      .decide(...payments(8, 0, 3));
    subject.rig
      .script(0)
      .open()
      .decide(...payments(9, 0, 10));
    await vi.waitFor(() => expect(halted.mock.calls.length).toBeGreaterThan(3));
    subject.fill(0, 5, [1]);
    await subject.rig.drained([1]);
    expect(await subject.store.positions(subject.rig.sources, [0])).toEqual(Array(3).fill(['21:1:20:0']));
    // Somebody who looked has taken the entities away: they are made from the log as it is.
    await subject.restore();
    await subject.rig.drained();
    expect(await subject.rig.differences()).toEqual({});
    expect(isHalted()).toBe(false);
  });

  it('whose end was replaced by as many events of the same numbers', async () => {
    subject.fill(0, 20, [0]);
    await subject.rig.catchUp({ sources: [0] });
    // Another owner has opened where the lost events were: only the epoch of the claim tells.
    const script = subject.rig.script(0).truncate(14).open();
    script.decide(...payments(8, 13, 40));
    const halted = vi.fn<UpdaterHooks['halted']>();
    const { updater } = subject.rig.start({ sources: [0], hooks: { halted } });
    await vi.waitFor(() => expect(halted).toHaveBeenCalled());
    updater.stop();
    expect(await subject.store.positions(subject.rig.sources, [0])).toEqual(Array(3).fill(['21:1:20:0']));
  });

  it('whose end is behind for a moment: nobody is called', async () => {
    subject.fill(0, 20, [0]);
    await subject.rig.catchUp({ sources: [0] });
    const script = subject.rig.script(0).truncate(15);
    const halted = vi.fn<UpdaterHooks['halted']>();
    const retried = vi.fn<UpdaterHooks['retried']>(() => {
      if (script.position.seq < 20) script.decide(...payments(0, 14, 25));
    });
    subject.rig.start({ sources: [0], hooks: { halted, retried } });
    await vi.waitFor(() => expect(retried).toHaveBeenCalledWith('log_diverged'));
    await subject.rig.drained([0]);
    expect(await subject.rig.differences([0])).toEqual({});
    expect(halted).not.toHaveBeenCalled();
  });

  it('that was trimmed past what is applied: what is left is applied, and the loss is told', async () => {
    const script = subject.rig.script(0);
    script.decide(...payments(0, 0, 10));
    await subject.rig.catchUp({ sources: [0] });
    script
      .open()
      .decide(...payments(0, 10, 12))
      .decide(...payments(0, 12, 20));
    script
      .open()
      .decide(...payments(0, 20, 22))
      .decide(...payments(0, 22, 30));
    const lastOpen = subject.rig.log.records(0).findLastIndex(({ headers }) => headers['o'] !== undefined);
    subject.rig.log.trim(0, lastOpen);
    const lost = vi.fn<UpdaterHooks['lost']>();
    subject.rig.start({ sources: [0], hooks: { lost } });
    await subject.rig.drained([0]);
    expect(lost.mock.calls).toEqual([[0, { fromSeq: 10, toSeq: 20 }]]);
    const positions = await subject.store.positions([0, 1, 2], [0]);
    const end = formatClaim({ offset: 33, epoch: 3, seq: 30, openOffset: lastOpen });
    expect(positions).toEqual(Array(3).fill([end]));
  });

  it('that a newer release has opened: its source waits', async () => {
    subject.fill(0, 5);
    const { epoch, seq } = subject.rig.script(0).position;
    const newer = {
      epoch: epoch + 1,
      base: seq,
      nonce: 'n',
      protocolVersion: PROTOCOL_VERSION + 1,
      table: [],
      claim: null,
    };
    subject.rig
      .script(0)
      .write(openRecord(newer))
      .decide(...payments(0, 5, 9));
    const retried = vi.fn<UpdaterHooks['retried']>();
    subject.rig.start({ hooks: { retried } });
    await vi.waitFor(() => expect(retried).toHaveBeenCalledWith('newer_protocol'));
    await subject.rig.drained([1, 2]);
    expect((await subject.store.positions([0, 1, 2], [0])).flat().filter((text) => /:9:/.test(text ?? ''))).toEqual([]);
  });

  it('with an event that this release cannot read: a person is called, the other sources go on', async () => {
    subject.fill(0, 5);
    const mark = { e: '1', s: '6', ce_type: 'decision.made' };
    subject.rig.script(0).write({ key: null, value: Buffer.from('{'), headers: mark });
    const halted = vi.fn<UpdaterHooks['halted']>();
    subject.rig.start({ hooks: { halted } });
    await vi.waitFor(() => expect(halted).toHaveBeenCalledWith(0, expect.anything()));
    subject.fill(5, 9, [1, 2]);
    await subject.rig.drained([1, 2]);
  });
});
