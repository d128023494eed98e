import { DEFAULT_POLICY, StopSignal } from '#libs/core';
import { audit } from '../../apps/ops/src/audit/audit.ts';
import { sum } from '../../apps/ops/src/audit/audit-report.ts';
import type { AuditSources } from '../../apps/ops/src/audit/audit-sources.ts';
import { waitForRest } from '../../apps/ops/src/audit/quiescence.ts';
import { type AskedTransaction, AskedTransactions } from '../../apps/ops/src/audit/read-answers.ts';
import type { FaultStep, SchedulePlan, TrafficStep } from './schedule-plan.ts';
import { TOPICS } from './simulated-broker.ts';
import { startApi } from './simulated-api.ts';
import { SimulatedProcess } from './simulated-process.ts';
import { HASHER, MODEL, SimulatedSystem, TRANSACTION_PARSER } from './simulated-system.ts';
import { type Message, SimulatedTraffic } from './simulated-traffic.ts';
import { startWorker } from './simulated-worker.ts';
import { StoreInspector } from './store-inspector.ts';
import { ALWAYS } from './timeline.ts';

const FEED_MS = 1_600;
const REST_MS = 120_000;
const GIVEN_UP_MS = 200_000;

/** What became of a schedule: nothing in `broken` means that everything held. */
export interface ScheduleOutcome {
  readonly broken: readonly string[];
  readonly decided: number;
  readonly openings: number;
  /** Answers of `ack=state` that a store took with it. */
  readonly lostAnswers: number;
  readonly events: number;
  readonly virtualMs: number;
}

/** What an audit of a schedule found, and counted. */
interface Audited extends Pick<ScheduleOutcome, 'decided' | 'openings' | 'lostAnswers'> {
  readonly found: readonly string[];
}

const NOT_AUDITED: Audited = { found: [], decided: 0, openings: 0, lostAnswers: 0 };

interface RunningWorker {
  lane: SimulatedProcess;
  stop: () => void;
}

interface RunningApi {
  lane: SimulatedProcess;
  ask: ReturnType<typeof startApi>['ask'];
}

/** Runs one schedule to its end, brings the system to rest, and audits everything. Depends on nothing but the plan. */
export async function runSchedule(plan: SchedulePlan): Promise<ScheduleOutcome> {
  const run = new ScheduleRun(plan);
  return run.outcome();
}

class ScheduleRun {
  readonly #plan: SchedulePlan;
  readonly #system: SimulatedSystem;
  readonly #traffic: SimulatedTraffic;
  readonly #workers: RunningWorker[];
  readonly #apis: RunningApi[];
  readonly #sources: AuditSources;
  readonly #asked: AskedTransaction[] = [];
  readonly #sent: Message[] = [];

  constructor(plan: SchedulePlan) {
    const { seed, shape } = plan;
    this.#plan = plan;
    this.#system = new SimulatedSystem(seed, shape);
    this.#traffic = new SimulatedTraffic(this.#system.random, shape.partitions);
    this.#workers = Array.from({ length: shape.workers }, () => this.#newWorker());
    this.#apis = Array.from({ length: shape.apis }, () => this.#newApi());
    this.#sources = sourcesOf(this.#system);
  }

  async outcome(): Promise<ScheduleOutcome> {
    const { timeline, bugs } = this.#system;
    for (const step of this.#plan.traffic) timeline.after(step.atMs, null, () => this.#send(step));
    for (const step of this.#plan.faults) timeline.after(step.atMs, null, () => this.#break(step));
    // A record that went bad is only noticed when its account is asked for.
    timeline.after(FEED_MS, null, () => this.#traffic.ofEveryAccount().forEach((message) => this.#produce(message)));
    await timeline.run(() => bugs.length > 0, FEED_MS);
    const restless = await this.#rest();
    const { found, ...totals } = bugs.length > 0 ? NOT_AUDITED : await this.#audited();
    const broken = [...bugs.map((bug) => `bug: ${bug.stack ?? bug.message}`), ...restless, ...found];
    return { ...totals, broken, events: timeline.events, virtualMs: timeline.nowMs };
  }

  async #rest(): Promise<readonly string[]> {
    const { timeline, bugs } = this.#system;
    const clock = timeline.clock(ALWAYS, 0);
    const found: { restless: readonly string[] | null } = { restless: null };
    void waitForRest(this.#sources, { waitMs: REST_MS, clock, stopSignal: new StopSignal() }).then((restless) => {
      found.restless = restless;
    });
    await timeline.run(() => found.restless !== null || bugs.length > 0, GIVEN_UP_MS);
    if (bugs.length > 0) return [];
    return (found.restless ?? ['nothing happens any more']).map((line) => `not at rest: ${line}`);
  }

  async #audited(): Promise<Audited> {
    const asked = new AskedTransactions(this.#sources);
    for (const one of this.#asked) asked.add(one);
    const report = await audit(this.#sources, {
      asked,
      atRest: true,
      stopSignal: new StopSignal(),
      onProgress: () => undefined,
    });
    const { decided, openings, http } = report;
    return {
      found: report.found.map(({ kind, count, first }) => `${kind} (${count}): ${JSON.stringify(first[0])}`),
      decided,
      openings,
      lostAnswers: sum(Object.values(http?.lost_ack_state ?? {})),
    };
  }

  #send(step: TrafficStep): void {
    const { broker, random } = this.#system;
    const message = this.#messageOf(step);
    switch (step.kind) {
      case 'ask':
        return this.#ask(message, step);
      case 'label':
      case 'produce': {
        const topic = step.kind === 'label' ? TOPICS.labels : TOPICS.transactions;
        const partition = step.misplaced ? random.below(broker.partitions) : message.partition;
        return this.#produce({ ...message, partition }, topic);
      }
    }
  }

  #produce({ key, value, partition }: Message, topic: string = TOPICS.transactions): void {
    this.#system.broker.append(topic, partition, [{ key, value, headers: {} }]);
  }

  #messageOf({ kind, what, choice }: TrafficStep): Message {
    const before = this.#sent[choice % Math.max(1, this.#sent.length)];
    if (kind === 'label') return this.#traffic.label(before ?? this.#traffic.transaction());
    if (what === 'broken') return this.#traffic.broken();
    if (before !== undefined && what === 'again') return before;
    if (before !== undefined && what === 'contradiction') return this.#traffic.contradiction(before);
    if (before !== undefined && what === 'reversal') return this.#traffic.reversal(before);
    const fresh = this.#traffic.transaction();
    this.#sent.push(fresh);
    return fresh;
  }

  #ask({ value, wire }: Message, { ack, choice }: TrafficStep): void {
    const { network, bugs } = this.#system;
    const api = this.#apis[choice % this.#apis.length] as RunningApi;
    const at = this.#asked.push({ transaction: wire, status: 0, answer: null, ack }) - 1;
    const answered = (status: number, body: object): void => {
      this.#asked[at] = { transaction: wire, status, answer: JSON.parse(JSON.stringify(body)), ack };
    };
    network.send(api.lane, api.lane, () => {
      api.ask(value, { prefer: `ack=${ack}` }).then(
        ({ status, body }) => network.send(api.lane, null, () => answered(status, body)),
        (error: unknown) => bugs.push(error as Error),
      );
    });
  }

  #break(step: FaultStep): void {
    const { redis, broker, group, network, timeline } = this.#system;
    const processes = [...this.#workers, ...this.#apis];
    const running = processes[step.process % processes.length] as RunningWorker | RunningApi;
    switch (step.kind) {
      case 'kill':
        running.lane.kill();
        return this.#startAgain(running, step.downMs);
      case 'restart':
        if (!('stop' in running)) return;
        running.stop();
        return this.#startAgain(running, step.downMs + 4_000);
      case 'stop':
        return running.lane.stopUntil(timeline.nowMs + step.forMs);
      case 'cut-off':
        return network.cutOff(running.lane, step.forMs);
      case 'redis-crash':
        return redis.crash(step);
      case 'redis-restore':
        return redis.restore(step.backup, step.downMs);
      case 'redis-backup':
        return redis.backUp();
      case 'flushall':
        return redis.flushAll();
      case 'broker-crash':
        return broker.crash(step.downMs);
      case 'rebalance':
        return group.rebalance();
      case 'damage':
        return redis.damage(step.process);
    }
  }

  #startAgain(running: RunningWorker | RunningApi, downMs: number): void {
    this.#system.timeline.after(downMs, null, () => {
      running.lane.kill();
      Object.assign(running, 'stop' in running ? this.#newWorker() : this.#newApi());
    });
  }

  #newWorker(): RunningWorker {
    const { skewMs } = this.#plan.shape;
    const lane = new SimulatedProcess(Math.floor(this.#system.random.between(-skewMs, skewMs)));
    return { lane, ...startWorker(this.#system, lane) };
  }

  #newApi(): RunningApi {
    const lane = new SimulatedProcess(0);
    return { lane, ...startApi(this.#system, lane) };
  }
}

function sourcesOf({ broker, redis, codec }: SimulatedSystem): AuditSources {
  return {
    partitions: broker.partitions,
    input: { topic: TOPICS.transactions, log: broker.topic(TOPICS.transactions) },
    decisions: broker.topic(TOPICS.decisions),
    deadLetters: broker.topic(TOPICS.deadLetters),
    store: new StoreInspector(redis),
    hasher: HASHER,
    codec,
    parser: TRANSACTION_PARSER,
    policy: DEFAULT_POLICY,
    featureSet: MODEL.featureSet,
    models: new Map([[MODEL.identity.sha256, MODEL]]),
  };
}
