import { SeededRandom } from '../seeded-random.ts';
import type { NetworkQuality } from './network.ts';
import type { RedisCrash } from './simulated-redis.ts';

/** What holds for a whole schedule. */
export interface ScheduleShape {
  readonly partitions: number;
  readonly workers: number;
  readonly apis: number;
  readonly network: NetworkQuality;
  /** Share of appends that the broker gets twice. */
  readonly twice: number;
  /** Writes that a crash of Redis can take with it. */
  readonly keptWrites: number;
  readonly outboxLimit: number;
  /** Wall clocks of workers are ahead or behind by at most so much; none over HTTP, where an audit tells lost answers by their dates. */
  readonly skewMs: number;
}

/** Something that is sent: new, or one of those before it again, contradicted, taken back or labelled. */
export interface TrafficStep {
  readonly kind: 'produce' | 'ask' | 'label';
  readonly atMs: number;
  readonly what: 'new' | 'again' | 'contradiction' | 'reversal' | 'broken';
  readonly ack: 'state' | 'log';
  /** Which one before it is meant, of those that there are; and which process is asked. */
  readonly choice: number;
  /** Produced to a partition that is not its account's. */
  readonly misplaced: boolean;
}

/** Something that breaks. `process` chooses among those that there are. */
export type FaultStep = { readonly atMs: number; readonly process: number } & (
  | { readonly kind: 'kill' | 'restart'; readonly downMs: number }
  | { readonly kind: 'stop' | 'cut-off'; readonly forMs: number }
  | ({ readonly kind: 'redis-crash' } & RedisCrash)
  | { readonly kind: 'redis-restore'; readonly backup: number; readonly downMs: number }
  | { readonly kind: 'broker-crash'; readonly downMs: number }
  | { readonly kind: 'redis-backup' | 'flushall' | 'rebalance' | 'damage' }
);

/** One schedule: everything about it that the seed settles before it begins. */
export interface SchedulePlan {
  readonly seed: number;
  readonly shape: ScheduleShape;
  readonly traffic: readonly TrafficStep[];
  readonly faults: readonly FaultStep[];
}

const LENGTH_MS = 1_500;

/** Draws a schedule. */
export function planSchedule(seed: number): SchedulePlan {
  const random = new SeededRandom(seed);
  const isRough = random.chance(0.5);
  const faults = Array.from({ length: random.below(6) }, () => drawFault(random));
  if (random.chance(0.1)) faults.push(...deadBranch(random));
  const crashes = faults.some(({ kind }) => kind === 'redis-crash');
  const apis = random.chance(0.7) ? 1 : 0;
  const shape: ScheduleShape = {
    partitions: random.chance(0.7) ? 1 : 2,
    workers: 1 + random.below(2),
    apis,
    network: isRough ? { lost: random.between(0, 0.03), late: random.between(0, 0.02) } : { lost: 0, late: 0 },
    twice: isRough ? random.between(0, 0.1) : 0,
    keptWrites: crashes ? 20 : 0,
    outboxLimit: random.chance(0.9) ? 1_000 : 6,
    skewMs: apis === 0 && random.chance(0.5) ? 60_000 : 0,
  };
  const messages = 4 + random.below(12);
  const traffic = Array.from({ length: messages }, () => drawTraffic(random, shape));
  const byTime = (a: { atMs: number }, b: { atMs: number }): number => a.atMs - b.atMs;
  return { seed, shape, traffic: traffic.toSorted(byTime), faults: faults.toSorted(byTime) };
}

function drawTraffic(random: SeededRandom, { apis, partitions }: ScheduleShape): TrafficStep {
  const what = random.pick([
    'new',
    'new',
    'new',
    'new',
    'new',
    'again',
    'again',
    'contradiction',
    'reversal',
    'broken',
  ] as const);
  const isAsked = apis > 0 && random.chance(0.5) && what !== 'broken';
  const kind = isAsked ? 'ask' : random.chance(0.15) ? 'label' : 'produce';
  return {
    kind,
    what,
    atMs: random.between(0, LENGTH_MS),
    ack: random.chance(0.5) ? 'log' : 'state',
    choice: random.below(1_000),
    misplaced: partitions > 1 && random.chance(0.05),
  };
}

/** A copy is taken, the store loses what is in it, goes on without, and the copy comes back: what it holds was never published, or by other numbers. */
function deadBranch(random: SeededRandom): FaultStep[] {
  const process = 0;
  const [copiedMs = 0, lostMs = 0, restoredMs = 0] = [0, 1, 2].map(
    (third) => random.between(third, third + 1) * (LENGTH_MS / 3),
  );
  const downMs = random.between(0, 20);
  return [
    { kind: 'redis-backup', atMs: copiedMs, process },
    { kind: 'redis-crash', atMs: lostMs, process, downMs, lostWrites: 4 + random.below(16), sameProcess: false },
    { kind: 'redis-restore', atMs: restoredMs, process, downMs, backup: 1 },
  ];
}

const DRAWN = [
  'kill',
  'kill',
  'restart',
  'stop',
  'stop',
  'cut-off',
  'redis-crash',
  'redis-crash',
  'redis-crash',
  'redis-backup',
  'redis-backup',
  'redis-restore',
  'broker-crash',
  'flushall',
  'rebalance',
  'rebalance',
  'damage',
] as const;

function drawFault(random: SeededRandom): FaultStep {
  const kind = random.pick(DRAWN);
  const at = { atMs: random.between(50, LENGTH_MS), process: random.below(100) };
  const downMs = random.chance(0.3) ? 0 : random.between(1, 800);
  switch (kind) {
    case 'kill':
    case 'restart':
    case 'broker-crash':
      return { kind, ...at, downMs };
    case 'stop':
    case 'cut-off':
      return { kind, ...at, forMs: random.between(10, 2_000) };
    case 'redis-crash':
      return {
        kind,
        ...at,
        downMs,
        lostWrites: random.chance(0.3) ? 0 : random.below(20),
        sameProcess: random.chance(0.2),
      };
    case 'redis-restore':
      return { kind, ...at, downMs, backup: random.below(100) };
    case 'redis-backup':
    case 'flushall':
    case 'rebalance':
    case 'damage':
      return { kind, ...at };
  }
}
