import type { Mutant } from './mutant.ts';

const RELAY = 'libs/core/src/owner/relay.ts';
const LOG_RULE = 'libs/core/src/log/log-rule.ts';
const relay = (name: string) => ({ file: 'libs/testkit/test/protocol/relay.int.test.ts', name });

/** Mistakes in publishing the outbox, and in what counts as published. */
export const PUBLISHING_MUTANTS: readonly Mutant[] = [
  {
    name: 'goes on after a failed send',
    edits: [
      {
        file: RELAY,
        find: '      this.#mustResend = true;\n      if (!(error instanceof TransientFault) || error.code',
        replace:
          "      if (!(error instanceof TransientFault)) throw error;\n      if (error.code !== APPEND_TOO_LARGE) {\n        this.#hooks.retried('send');\n        this.#sentSeq = lastSeq;\n        return;\n      }\n      if (error.code",
      },
    ],
    test: relay('gap after a failed send'),
  },
  {
    name: 'what is too large together sent together again',
    edits: [
      {
        file: RELAY,
        find: 'if (events > 1) this.#aloneUpToSeq = lastSeq;',
        replace: 'if (events > 1) this.#aloneUpToSeq = 0;',
      },
    ],
    test: {
      file: 'libs/testkit/test/protocol/too-large.int.test.ts',
      name: 'gets events that are too large together one by one, each once, and later ones together again',
    },
  },
  {
    name: 'acknowledged taken for valid',
    edits: [
      { file: RELAY, find: 'if (seq < acknowledged && nextOffset >= highWatermark) {', replace: 'if (seq < 0) {' },
    ],
    test: relay('sends again what was acknowledged and is not valid'),
  },
  {
    name: 'sent again from where the last send ended, not from the last valid record',
    edits: [
      {
        file: RELAY,
        find: '    this.#sentSeq = this.#follower.position.seq;\n    this.#mustResend',
        replace: '    this.#mustResend',
      },
    ],
    test: relay('sends again what was acknowledged and is not valid'),
  },
  {
    name: 'a repeated event taken as valid',
    edits: [{ file: LOG_RULE, find: 'mark.seq === position.seq + 1', replace: 'mark.seq <= position.seq + 1' }],
    test: relay('duplicate after a failed send'),
  },
  {
    name: 'an event after a gap taken as valid',
    edits: [{ file: LOG_RULE, find: 'mark.seq === position.seq + 1', replace: 'mark.seq >= position.seq + 1' }],
    test: relay('sends again what was acknowledged and is not valid'),
  },
  {
    name: "a record's epoch not compared",
    edits: [
      {
        file: LOG_RULE,
        find: 'return mark.epoch === position.epoch && mark.seq === position.seq + 1',
        replace: 'return mark.seq === position.seq + 1',
      },
    ],
    test: relay('zombie after a newer OPEN'),
  },
  {
    name: "an earlier owner's rejections not copied",
    edits: [{ file: RELAY, find: '    await this.#copier.catchUp(this.#opened.base, this.#stopping);\n', replace: '' }],
    test: relay('owner dies between a valid rejection and its copy'),
  },
  {
    name: 'originals of any size in rejections',
    edits: [
      {
        file: 'libs/contracts/src/codec/original-record.ts',
        find: 'if (keyBytes + valueBytes <= MAX_ORIGINAL_BYTES) return original;',
        replace: 'if (keyBytes + valueBytes <= Infinity) return original;',
      },
    ],
    test: relay('one event larger than the broker takes'),
  },
];
