import { Writable } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Fenced, LoadedPartition, Watermarks } from '#libs/core';
import { createLogger, systemClock } from '#libs/platform';
import { GuestPartition } from './guest-partition.ts';

const TOPIC = 'labels.v1';
const OPEN = 'aa:bb:1:1';

/** The store and the consumer as a guest sees them, set by the test. */
class Surroundings {
  home: string | null = OPEN;
  applied: number | undefined = 0;
  position: number | null = null;
  marks: Watermarks = { low: 0, high: 100 };
  fenced = false;
  /** Happens while the store is being read. */
  meanwhile: () => void = () => undefined;
  readonly started: number[] = [];
  readonly raised: number[] = [];
  readonly said: unknown[] = [];

  get parts() {
    const destination = new Writable({
      write: (chunk: Buffer, _, done) => {
        this.said.push((JSON.parse(chunk.toString()) as { msg: unknown }).msg);
        done();
      },
    });
    return {
      topic: TOPIC,
      clock: systemClock,
      logger: createLogger({ service: 'worker', level: 'info', destination }),
      consumer: {
        position: () => this.position,
        start: (_topic: string, _partition: number, offset: number) => {
          this.started.push(offset);
          this.position = offset;
        },
        watermarks: async () => this.marks,
      },
      state: { load: async () => this.#load() },
      store: {
        raiseInput: async (_partition: number, home: string, _topic: string, offset: number) => {
          if (this.fenced || home !== this.home)
            return { status: 'fenced', home: null, sameServer: true } satisfies Fenced;
          this.raised.push(offset);
          this.applied = offset;
          return { status: 'ok' } as const;
        },
      },
    };
  }

  #load(): LoadedPartition {
    const input = new Map(this.applied === undefined ? [] : [[TOPIC, this.applied]]);
    const { home } = this;
    this.meanwhile();
    return { home, input, seq: 0, published: 0, floorMs: null, accounts: [] };
  }
}

let around: Surroundings;
let guest: GuestPartition;
beforeEach(() => {
  around = new Surroundings();
  guest = new GuestPartition(3, around.parts);
});

describe('a partition of an input that somebody else may own', () => {
  it.each([null, 'closed:n:aa:bb', 'aa:bb:99:1'])(
    'is not read while its home is %s, and then from its position',
    async (home) => {
      around.home = home;
      await guest.look();
      expect(around.started).toEqual([]);
      around.home = OPEN;
      around.applied = 7;
      await guest.look();
      expect(around.started).toEqual([7]);
    },
  );

  it('is read from its start when nothing of it was ever applied', async () => {
    around.applied = undefined;
    await guest.look();
    expect(around.started).toEqual([0]);
  });

  it('is read again from where a rebuilt store stands, and else left alone', async () => {
    around.position = around.applied = 40;
    await guest.look();
    around.applied = 60;
    await guest.look();
    expect(around.started).toEqual([]);
    around.position = 60;
    around.applied = 25;
    await guest.look();
    expect(around.started).toEqual([25]);
  });

  it('is left alone when a commit came between the looks at the consumer and at the store', async () => {
    around.position = 5;
    around.applied = 7;
    around.meanwhile = () => (around.position = 9);
    await guest.look();
    expect(around.started).toEqual([]);
  });

  it('is not read once it was revoked, also when that was while it was looked at', async () => {
    around.meanwhile = () => guest.revoke();
    await guest.look();
    expect([around.started, guest.revoked]).toEqual([[], true]);
    await guest.run();
  });
});

describe('an input whose records are gone', () => {
  beforeEach(() => {
    around.position = around.applied = 5;
    around.marks = { low: 50, high: 100 };
    guest.outOfRange(5);
  });

  it('goes on with the first that is left, says so, and is read as usual from there', async () => {
    await guest.look();
    expect([around.raised, around.started]).toEqual([[50], [50]]);
    expect(around.said).toEqual(['input records were deleted before they were decided']);
    await guest.look();
    expect([around.raised, around.started]).toEqual([[50], [50]]);
  });

  it('waits while the partition is closed or changes hands, and tries again', async () => {
    around.home = null;
    await guest.look();
    around.home = OPEN;
    around.fenced = true;
    await guest.look();
    expect([around.raised, around.started, around.said]).toEqual([[], [], []]);
    around.fenced = false;
    await guest.look();
    expect([around.raised, around.started]).toEqual([[50], [50]]);
  });

  it('does not move a position that is at or after the first record that is left', async () => {
    around.applied = 70;
    await guest.look();
    expect([around.raised, around.started, around.said]).toEqual([[], [70], []]);
  });

  it('is not read on when its end is gone: new records would lie below the position; it is said once', async () => {
    around.marks = { low: 0, high: 3 };
    await guest.look();
    await guest.look();
    expect([around.started, around.said]).toEqual([[], ['input ends before its position']]);
    around.marks = { low: 0, high: 5 };
    await guest.look();
    expect(around.started).toEqual([5]);
  });
});
