import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { asTransient } from './redis-client.ts';

/** Text, numbers as text, or bytes: what a script takes. */
export type ScriptArgument = string | Buffer;

/** A reply as bytes; use the readers below. */
export type Reply = Buffer | number | null | readonly Reply[];

/** A Lua script, known to the server by its SHA-1. */
export class Script {
  readonly #text: string;
  readonly #sha1: string;

  /** From `scripts/<name>.lua`, behind the functions of `scripts/home.lua`. */
  constructor(name: string) {
    const read = (file: string): string => readFileSync(new URL(`./scripts/${file}.lua`, import.meta.url), 'utf8');
    this.#text = `${read('home')}\n${read(name)}`;
    this.#sha1 = createHash('sha1').update(this.#text).digest('hex');
  }

  /** Sends the text only when the server does not know it, as after a restart. Throws `TransientFault`. */
  async run(redis: Redis, keys: readonly string[], argv: readonly ScriptArgument[]): Promise<readonly Reply[]> {
    const rest = [keys.length, ...keys, ...argv];
    return asTransient(async () => {
      try {
        return (await redis.callBuffer('EVALSHA', this.#sha1, ...rest)) as unknown as Reply[];
      } catch (error) {
        if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
        return (await redis.callBuffer('EVAL', this.#text, ...rest)) as unknown as Reply[];
      }
    });
  }
}

/** A bulk string as text; '' for nil. */
export function text(reply: Reply | undefined): string {
  if (Buffer.isBuffer(reply)) return reply.toString('latin1');
  return typeof reply === 'number' ? String(reply) : '';
}

/** A number, however the server sent it; null for nil and for an empty string. */
export function numberOrNull(reply: Reply | undefined): number | null {
  const digits = text(reply);
  return digits === '' ? null : Number(digits);
}

/** An array; [] for anything else. */
export function list(reply: Reply | undefined): readonly Reply[] {
  return Array.isArray(reply) ? (reply as readonly Reply[]) : [];
}

/** The pairs of a hash of numbers. */
export function numbersByName(reply: Reply | undefined): Map<string, number> {
  const flat = list(reply);
  const numbers = new Map<string, number>();
  for (let i = 0; i + 1 < flat.length; i += 2) numbers.set(text(flat[i]), Number(text(flat[i + 1])));
  return numbers;
}
