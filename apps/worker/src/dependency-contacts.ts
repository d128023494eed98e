/** The faults by which a relay says that it did not reach the brokers. */
const KAFKA_FAULTS: readonly string[] = ['read_failed', 'append_failed', 'watermarks_failed', 'send_failed'];

/**
 * Whether Redis and Kafka were there at the last contact, as the relays of the owned partitions found it: they look several times a second, also
 * while there is nothing to do.
 */
export class DependencyContacts {
  #redisUp = true;
  #kafkaFaultMs = Number.NEGATIVE_INFINITY;

  /** A relay had an answer from the store. */
  storeAnswered(): void {
    this.#redisUp = true;
  }

  /** A relay has to try again, because of a fault with this code; `nowMs` is monotonic. */
  failed(code: string, nowMs: number): void {
    if (code === 'store_unreachable') this.#redisUp = false;
    else if (KAFKA_FAULTS.includes(code)) this.#kafkaFaultMs = nowMs;
  }

  get redisUp(): boolean {
    return this.#redisUp;
  }

  /** The group's coordinator has answered since the last fault. */
  kafkaUp(lastHeartbeatMs: number): boolean {
    return lastHeartbeatMs >= this.#kafkaFaultMs;
  }
}
