import { randomUUID } from 'node:crypto';
import {
  KafkaDeadLetters,
  KafkaDecisionLog,
  KafkaProducer,
  loadChampion,
  type LoadedModel,
  openPartitionStore,
  type OpenedPartitionStore,
  openScoring,
  type OpenedScoring,
} from '#libs/adapters';
import { createLabelParser, createTransactionParser, rejectionOf, toDecisionBody, topicNames } from '#libs/contracts';
import {
  applyInput,
  decideRequests,
  fixedModel,
  type InputItem,
  type LogRecord,
  openPartition,
  type OpenResult,
  type OwnerHooks,
  type OwnerPorts,
  partitionOf,
  PartitionOwner,
} from '#libs/core';
import { type Config, systemClock } from '#libs/platform';
import { testConfig } from '#libs/testkit';
import { runUpdater } from './running-updater.ts';

const PARTITIONS = 3;
const BATCH = 50;
const FORWARDED = 'holdfast-forwarded';
const RELAY = { lingerMs: 0, pollMs: 20, maxSendBytes: 1024 * 1024, maxEntries: 100, trimIntervalMs: 0, keepEvents: 2_000, openAgeMs: 86_400_000 }; // prettier-ignore
const ignored = (): void => undefined;

/** The settings of a namespace of its own, on the services of the test run. */
export const rigConfig = (): Config => testConfig('ops', { role: 'ops', partitions: PARTITIONS });

/** The service in one process, on real Kafka and Redis, with the model that ships: owners that relay, and doors that are worked by hand. */
export class ServiceRig {
  readonly config: Config;
  readonly scoring: OpenedScoring;
  readonly decisions: KafkaDecisionLog;
  readonly producer: KafkaProducer;
  readonly topics: ReturnType<typeof topicNames>;
  readonly #model: LoadedModel;
  readonly #store: OpenedPartitionStore;
  readonly #input: KafkaDecisionLog;
  readonly #parser = createTransactionParser({ unknownFields: 'ignore', refuseCardNumbers: true });
  readonly #labelParser = createLabelParser({ unknownFields: 'ignore', refuseCardNumbers: true });
  #stopOwners: () => Promise<void> = async () => undefined;

  private constructor(config: Config, model: LoadedModel, scoring: OpenedScoring, store: OpenedPartitionStore) {
    const kafka = { brokers: config.kafka.brokers, clientId: 'ops-test' };
    this.config = config;
    this.topics = topicNames(config.kafka.topicPrefix);
    this.#model = model;
    this.scoring = scoring;
    this.#store = store;
    this.decisions = new KafkaDecisionLog({ kafka, topic: this.topics.decisions });
    this.#input = new KafkaDecisionLog({ kafka, topic: this.topics.transactions });
    this.producer = new KafkaProducer({ kafka });
  }

  /** The topics exist already. Every partition is open afterwards. */
  static async start(config: Config): Promise<ServiceRig> {
    const model = await loadChampion(config.models);
    const settings = { ...config, partitions: PARTITIONS };
    const scoring = await openScoring(settings, {
      champion: fixedModel(model),
      clock: systemClock,
      onRedisError: ignored,
    });
    const rig = new ServiceRig(config, model, scoring, await openPartitionStore(scoring, settings, ignored));
    await rig.own();
    return rig;
  }

  /** Opens all partitions, relays their outboxes and folds their events into entities. */
  async own(): Promise<void> {
    const owners = await Promise.all(Array.from({ length: PARTITIONS }, (_, partition) => this.#owner(partition)));
    const stopUpdater = await runUpdater(this.config, { scoring: this.scoring, partitions: PARTITIONS });
    this.#stopOwners = async () => {
      await stopUpdater();
      for (const { stop } of owners) stop();
      await Promise.all(owners.map(({ running }) => running));
    };
  }

  /** The owners go as in a deploy. */
  async disown(): Promise<void> {
    await this.#stopOwners();
    this.#stopOwners = async () => undefined;
  }

  async stop(): Promise<void> {
    await this.disown();
    await Promise.all([this.decisions.close(), this.#input.close(), this.producer.close(), this.#store.close()]);
    await this.scoring.close();
    await this.#model.close();
  }

  /** Decides everything that lies on the input topic, as the worker does, until nothing is left. */
  async consume(): Promise<void> {
    for (let left = 1; left > 0;) {
      left = 0;
      for (let partition = 0; partition < PARTITIONS; partition++) left += await this.#consumePartition(partition);
    }
  }

  /** Decides transactions as the HTTP door does; gives the senders' record of them, a line each. */
  async ask(transactions: readonly object[], ack = 'state'): Promise<string[]> {
    const lines: string[] = [];
    for (const transaction of transactions) {
      const parsed = this.#parser.parseObject(transaction);
      if (!parsed.ok) throw new Error(JSON.stringify(parsed));
      const partition = partitionOf(parsed.transaction.accountId, PARTITIONS);
      const deadlineMs = systemClock.monotonicMs() + 5_000;
      const work = {
        partition,
        items: [{ kind: 'transaction', transaction: parsed.transaction, original: null } as const],
        deadlineMs,
      };
      const [answered] = await decideRequests(work, this.scoring.ports);
      if (answered?.status !== 'done') throw new Error(JSON.stringify(answered));
      const { result } = answered;
      if (result.kind === 'decided') {
        const answer = toDecisionBody(result.decision, { evaluation: 'new' });
        lines.push(JSON.stringify({ transaction, status: 200, answer, ack }));
      } else
        lines.push(JSON.stringify({ transaction, status: result.kind === 'conflict' ? 409 : 422, answer: {}, ack }));
    }
    return lines;
  }

  /** Takes labels in as the HTTP door does. */
  async tell(labels: readonly object[]): Promise<void> {
    for (const said of labels) {
      const parsed = this.#labelParser.parseObject(said);
      if (!parsed.ok) throw new Error(JSON.stringify(parsed));
      const partition = partitionOf(parsed.label.accountId, PARTITIONS);
      const items = [{ kind: 'label', label: parsed.label, original: null } as const];
      const deadlineMs = systemClock.monotonicMs() + 5_000;
      const [answered] = await decideRequests({ partition, items, deadlineMs }, this.scoring.ports);
      if (answered?.status !== 'done') throw new Error(JSON.stringify(answered));
    }
  }

  /** One try of an owner to open a partition; nothing relays it afterwards. */
  async tryToOpen(partition: number): Promise<OpenResult> {
    return openPartition(partition, this.#ownerPorts(), ignored);
  }

  async #owner(partition: number): Promise<{ stop: () => void; running: Promise<void> }> {
    const opened = Promise.withResolvers<void>();
    const hooks: OwnerHooks = {
      opened: () => opened.resolve(),
      notOpened: (status, reason) => opened.reject(new Error(`${status}: ${reason}`)),
      closed: ignored,
      progress: ignored,
      mayOpenAgain: () => true,
      published: ignored,
      sent: ignored,
      retried: ignored,
    };
    const owner = new PartitionOwner(partition, this.#ownerPorts(), { limits: RELAY, hooks });
    const running = owner.run();
    await opened.promise;
    return { stop: () => owner.stop(), running };
  }

  #ownerPorts(): OwnerPorts {
    const inputs = {
      names: [this.topics.transactions],
      watermarks: (_: string, of: number) => this.#input.watermarks(of),
    };
    return {
      ...this.scoring.ports,
      store: this.#store.store,
      log: this.decisions,
      inputs,
      deadLetters: new KafkaDeadLetters(this.producer, this.topics.deadLetters),
      newNonce: () => randomUUID(),
    };
  }

  async #consumePartition(partition: number): Promise<number> {
    const topic = this.topics.transactions;
    const { input } = await this.scoring.ports.store.load(partition, []);
    const from = input.get(topic) ?? 0;
    const { records, nextOffset } = await this.#input.read(partition, from, { maxBytes: 4_000_000, maxWaitMs: 0 });
    let done = from;
    for (let at = 0; at < records.length; at += BATCH) {
      const batch = records.slice(at, at + BATCH);
      const to = records[at + BATCH]?.offset ?? nextOffset;
      const items: InputItem[] = [];
      for (const record of batch) items.push(await this.#item(record, partition));
      const progress = { committed: ignored, refused: ignored, abandoned: () => false };
      const work = { partition, input: { topic, from: done, to }, items };
      const applied = await applyInput(work, this.scoring.ports, progress);
      if (applied.status !== 'applied') throw new Error(`${applied.status} at ${applied.next}`);
      done = to;
    }
    return records.length;
  }

  async #item({ offset, key, value, headers }: LogRecord, partition: number): Promise<InputItem> {
    const original = { topic: this.topics.transactions, partition, offset, key, value };
    const parsed = this.#parser.parse(value);
    if (!parsed.ok) return { kind: 'invalid', ...rejectionOf(parsed), original };
    const { transaction } = parsed;
    const home = partitionOf(transaction.accountId, PARTITIONS);
    if (home === partition) return { kind: 'transaction', transaction, original };
    if (headers[FORWARDED] !== undefined) {
      return { kind: 'invalid', reason: 'wrong_partition', field: 'account_id', detail: '', original };
    }
    await this.producer.send(original.topic, [{ partition: home, key, value, headers: { [FORWARDED]: '1' } }]);
    return { kind: 'forwarded', original };
  }
}
