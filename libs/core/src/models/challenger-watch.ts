import type { Clock } from '../ports/clock.ts';
import type { ModelSource, RegisteredModel } from '../ports/model-source.ts';
import type { StopSignal } from '../stop-signal.ts';
import type { Shadow } from './shadow.ts';

/** Keeps a shadow's challengers those of the registry. What cannot be loaded is told once, and tried again when the registry names it anew. */
export class ChallengerWatch {
  readonly #source: ModelSource;
  readonly #shadow: Pick<Shadow, 'add' | 'remove'>;
  readonly #refused: (reason: string) => void;
  /** What the registry named, by key: the SHA-256 of the graph that scores, or null of one that cannot. */
  readonly #known = new Map<string, string | null>();

  constructor(source: ModelSource, shadow: Pick<Shadow, 'add' | 'remove'>, refused: (reason: string) => void) {
    this.#source = source;
    this.#shadow = shadow;
    this.#refused = refused;
  }

  /** Looks every `pollMs` until the stop. */
  async run({ clock, pollMs, stop }: { clock: Clock; pollMs: number; stop: StopSignal }): Promise<void> {
    while (!stop.stopped) {
      await this.look();
      await clock.sleep(pollMs, stop);
    }
  }

  /** Looks once. One call at a time. While the registry cannot be read everything stays as it is: the champion's watch tells. */
  async look(): Promise<void> {
    const named = await this.#source.registered();
    if (named.kind === 'unusable') return;
    const wanted = new Map(named.challengers.map((one) => [keyOf(one), one]));
    for (const [key, sha256] of this.#known) {
      if (wanted.has(key)) continue;
      this.#known.delete(key);
      if (sha256 !== null) await this.#shadow.remove(sha256);
    }
    for (const [key, registered] of wanted) {
      if (!this.#known.has(key)) this.#known.set(key, await this.#load(registered));
    }
  }

  async #load(registered: RegisteredModel): Promise<string | null> {
    const loaded = await this.#source.load(registered);
    if (loaded.kind === 'unusable') {
      this.#refused(loaded.reason);
      return null;
    }
    this.#shadow.add(loaded.model);
    return loaded.model.identity.sha256;
  }
}

function keyOf({ id, version, manifestSha256 }: RegisteredModel): string {
  return `${id} ${version} ${manifestSha256}`;
}
