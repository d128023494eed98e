import type { Redis } from 'ioredis';
import {
  PROTOCOL_VERSION,
  type BeganPartition,
  type Fenced,
  type OutboxEntry,
  type PartitionStore,
  type StoredAccount,
} from '#libs/core';
import { pushRecords } from './account-records.ts';
import { OVERFLOW_BUCKETS, type StoreKeys } from './keys.ts';
import { fencedOr, outboxEntry } from './owner-replies.ts';
import { asTransient } from './redis-client.ts';
import { readOverflow } from './redis-state-store.ts';
import { list, numberOrNull, numbersByName, Script, text, type ScriptArgument } from './script.ts';

const WIPE_PAGE = 100;

/** The owner's side of the store: protocol section 4, one script for each step. */
export class RedisPartitionStore implements PartitionStore {
  readonly #redis: Redis;
  readonly #subscriber: Redis;
  readonly #keys: StoreKeys;
  readonly #scripts = {
    begin: new Script('begin'),
    wipe: new Script('wipe'),
    startTrimmed: new Script('start-trimmed'),
    mend: new Script('mend'),
    apply: new Script('apply'),
    open: new Script('open'),
    committedSeq: new Script('committed-seq'),
    trim: new Script('trim'),
    raiseInput: new Script('raise-input'),
    close: new Script('close'),
  };

  /** `subscriber` is a connection of its own: one that is subscribed can do nothing else. */
  constructor(redis: Redis, subscriber: Redis, keys: StoreKeys) {
    this.#redis = redis;
    this.#subscriber = subscriber;
    this.#keys = keys;
  }

  async home(partition: number): Promise<string | null> {
    return asTransient(() => this.#redis.get(this.#keys.partition(partition).home));
  }

  async begin(partition: number, nonce: string): Promise<BeganPartition> {
    const k = this.#keys.partition(partition);
    const reply = await this.#scripts.begin.run(
      this.#redis,
      [k.home, k.epoch, k.seq, k.input, k.published, k.position],
      [nonce],
    );
    const [home, previous, epoch, seq, input, published, position] = reply;
    const publishedParts = text(published).split(':').map(Number);
    return {
      home: text(home),
      previousHome: text(previous) || null,
      epoch: text(epoch) === 'wipe' ? 'wipe' : numberOrNull(epoch),
      seq: Number(text(seq)),
      input: numbersByName(input),
      published:
        publishedParts.length === 2 ? { epoch: publishedParts[0] as number, seq: publishedParts[1] as number } : null,
      position: text(position) || null,
    };
  }

  async wipePage(
    partition: number,
    home: string,
    cursor: string,
  ): Promise<{ status: 'ok'; done: boolean; cursor: string } | Fenced> {
    const k = this.#keys.partition(partition);
    const reply = await this.#scripts.wipe.run(
      this.#redis,
      [k.home, k.epoch, k.seq, k.input, k.outbox, k.published, k.position, k.versions],
      [home, cursor, String(WIPE_PAGE), k.accountPrefix, k.overflowPrefix, String(OVERFLOW_BUCKETS)],
    );
    const next = text(reply[1]);
    return fencedOr(reply, { status: 'ok', done: next === '0' && Number(text(reply[2])) === 0, cursor: next });
  }

  async rebuildRequest(partition: number): Promise<string | null> {
    return asTransient(() => this.#redis.get(this.#keys.partition(partition).rebuild));
  }

  async startTrimmed(start: Parameters<PartitionStore['startTrimmed']>[0]): ReturnType<PartitionStore['startTrimmed']> {
    const k = this.#keys.partition(start.partition);
    const { home, request, seq, epoch, floorMs } = start;
    const reply = await this.#scripts.startTrimmed.run(
      this.#redis,
      [k.home, k.epoch, k.seq, k.floor, k.deadLetters, k.rebuild, k.versions],
      [home, request, ...[seq, epoch, floorMs].map(String)],
    );
    return text(reply[0]) === 'NOT_ASKED' ? { status: 'not_asked' } : fencedOr(reply, { status: 'ok' });
  }

  async loadAccounts(partition: number, accountIds: readonly string[]): Promise<readonly StoredAccount[]> {
    if (accountIds.length === 0) return [];
    const k = this.#keys.partition(partition);
    const [versions, records] = await asTransient(() =>
      Promise.all([
        this.#redis.hmget(k.versions, ...accountIds),
        this.#redis.mgetBuffer(...accountIds.map((accountId) => k.account(accountId))),
      ]),
    );
    return accountIds.map((_, i) => {
      const version = versions[i];
      return {
        version: version === null || version === undefined ? null : Number(version),
        record: records[i] ?? null,
      };
    });
  }

  async loadOverflow(
    partition: number,
    asked: readonly { accountId: string; bucket: number }[],
  ): Promise<readonly (Uint8Array | null)[]> {
    return readOverflow(this.#redis, this.#keys, partition, asked);
  }

  async damagedAccounts(partition: number): Promise<readonly string[]> {
    return asTransient(() => this.#redis.smembers(this.#keys.partition(partition).damaged));
  }

  async mend(
    ...[partition, home, { accountId, made }]: Parameters<PartitionStore['mend']>
  ): ReturnType<PartitionStore['mend']> {
    const k = this.#keys.partition(partition);
    const overflow = Array.from({ length: OVERFLOW_BUCKETS }, (_, bucket) => k.overflow(accountId, bucket));
    const keys = [k.home, k.versions, k.account(accountId), ...overflow];
    const argv: ScriptArgument[] = [
      home,
      accountId,
      made === null ? '' : String(made.version),
      String(1 + OVERFLOW_BUCKETS),
    ];
    if (made !== null) pushRecords({ accountId, ...made }, keys, argv, k);
    return fencedOr(await this.#scripts.mend.run(this.#redis, keys, argv), { status: 'ok' });
  }

  async apply(request: Parameters<PartitionStore['apply']>[0]): ReturnType<PartitionStore['apply']> {
    const k = this.#keys.partition(request.partition);
    const keys = [k.home, k.seq, k.input, k.epoch, k.versions];
    const argv: ScriptArgument[] = [
      request.home,
      String(request.fromSeq),
      String(request.toSeq),
      String(request.epoch),
      String(request.input.size),
      String(request.accounts.length),
    ];
    for (const [topic, next] of request.input) argv.push(topic, String(next));
    for (const { accountId, version } of request.accounts) argv.push(accountId, String(version));
    for (const account of request.accounts) pushRecords(account, keys, argv, k);
    const reply = await this.#scripts.apply.run(this.#redis, keys, argv);
    if (text(reply[0]) === 'OUT_OF_ORDER') return { status: 'out_of_order', seq: Number(text(reply[1])) };
    return fencedOr(reply, { status: 'ok' });
  }

  async open(request: Parameters<PartitionStore['open']>[0]): ReturnType<PartitionStore['open']> {
    const k = this.#keys.partition(request.partition);
    const reply = await this.#scripts.open.run(
      this.#redis,
      [k.home, k.seq, k.input, k.epoch, k.published, k.position, k.rebuild, k.damaged],
      [
        request.home,
        String(request.epoch),
        String(request.base),
        request.position,
        String(PROTOCOL_VERSION),
        ...[...request.lowWatermarks].flatMap(([topic, low]) => [topic, String(low)]),
      ],
    );
    const raised = list(reply[2]).map(text);
    return fencedOr(reply, { status: 'ok', home: text(reply[1]), raised, input: numbersByName(reply[3]) });
  }

  async readOutbox(
    partition: number,
    home: string,
    afterSeq: number,
    maxEntries: number,
  ): Promise<{ status: 'ok'; seq: number; entries: readonly OutboxEntry[] } | Fenced> {
    const k = this.#keys.partition(partition);
    // Sent together on one connection, so the entries were read first: under the home that the script still finds. Through the script they would be copied twice.
    const [entries, reply] = await Promise.all([
      asTransient(() => this.#redis.xrangeBuffer(k.outbox, `(${afterSeq}-0`, '+', 'COUNT', maxEntries)),
      this.#scripts.committedSeq.run(this.#redis, [k.home, k.seq], [home]),
    ]);
    return fencedOr(reply, { status: 'ok', seq: Number(text(reply[1])), entries: entries.map(outboxEntry) });
  }

  async trim(request: Parameters<PartitionStore['trim']>[0]): ReturnType<PartitionStore['trim']> {
    const k = this.#keys.partition(request.partition);
    const reply = await this.#scripts.trim.run(
      this.#redis,
      [k.home, k.published, k.position, k.deadLetters, k.outbox],
      [
        request.home,
        String(request.epoch),
        String(request.publishedSeq),
        request.position,
        String(request.deadLetterSeq),
        String(request.keepFromSeq),
      ],
    );
    return fencedOr(reply, { status: 'ok' });
  }

  async raiseInput(partition: number, home: string, topic: string, offset: number): Promise<{ status: 'ok' } | Fenced> {
    const k = this.#keys.partition(partition);
    return fencedOr(await this.#scripts.raiseInput.run(this.#redis, [k.home, k.input], [home, topic, String(offset)]), {
      status: 'ok',
    });
  }

  async deadLetterSeq(partition: number): Promise<number> {
    return Number((await asTransient(() => this.#redis.get(this.#keys.partition(partition).deadLetters))) ?? 0);
  }

  async close(partition: number, home: string): Promise<{ status: 'ok' } | Fenced> {
    return fencedOr(await this.#scripts.close.run(this.#redis, [this.#keys.partition(partition).home], [home]), {
      status: 'ok',
    });
  }

  onCommitted(listener: (partition: number) => void): () => void {
    const channel = this.#keys.wakeUpChannel;
    const onMessage = (from: string, message: string): void => {
      if (from === channel) listener(Number(message));
    };
    const subscribe = (): void => {
      this.#subscriber.subscribe(channel).catch(() => undefined); // The relay polls as well; a new connection subscribes again.
    };
    this.#subscriber.on('message', onMessage);
    this.#subscriber.on('ready', subscribe);
    if (this.#subscriber.status === 'ready') subscribe();
    return () => {
      this.#subscriber.off('message', onMessage);
      this.#subscriber.off('ready', subscribe);
    };
  }
}
