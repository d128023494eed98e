import { toLabelReceipt, type LabelParser } from '#libs/contracts';
import { assert, type Clock, type Label } from '#libs/core';
import type { Metrics } from '#libs/platform';
import { problemAnswer } from './answers.ts';
import type { Answer, Request } from './http-types.ts';
import type { Done, RequestIntake } from './request-intake.ts';

export interface LabelDoorOptions {
  readonly intake: RequestIntake;
  readonly parser: LabelParser;
  readonly clock: Clock;
  readonly metrics: Metrics;
}

/** The HTTP door for labels without HTTP: takes bytes and headers, gives answers of the contract. */
export class LabelDoor {
  readonly #options: LabelDoorOptions;

  constructor(options: LabelDoorOptions) {
    this.#options = options;
  }

  /** Takes in the label in `body`. */
  async record({ body, headers, span = null }: Pick<Request, 'body' | 'headers' | 'span'>): Promise<Answer> {
    const { intake, clock, parser, metrics } = this.#options;
    const receivedMs = clock.monotonicMs();
    const parsed = parser.parse(body instanceof Uint8Array ? body : null);
    if (!parsed.ok) {
      metrics.add('rejected', 1, { door: 'http', reason: parsed.reason });
      return problemAnswer(parsed.reason, { fields: parsed.fields });
    }
    const { label } = parsed;
    const asked = { item: { kind: 'label', label, original: null }, receivedMs, span } as const;
    return intake.answer(asked, headers, (done) => answerTo(label, done));
  }
}

function answerTo(label: Label, { result }: Done): Answer {
  switch (result.kind) {
    case 'recorded':
      return {
        status: 202,
        headers: {},
        body: toLabelReceipt(label, { status: 'recorded', matched: result.matched }),
      };
    case 'duplicate': {
      const { first } = result;
      assert('matched' in first, 'of a label it is known whether it was matched');
      return {
        status: 200,
        headers: { 'idempotent-replayed': 'true' },
        body: toLabelReceipt(label, { status: 'duplicate', matched: first.matched }),
      };
    }
    case 'conflict':
      return problemAnswer('identity_conflict', { detail: 'Another label was recorded under this identity.' });
    case 'too_late':
      return problemAnswer('too_late', {
        detail: 'The account keeps newer labels only, and could not tell a repetition.',
      });
    case 'from_the_future':
      return problemAnswer('from_the_future', { detail: 'It is reported after the clock.' });
    case 'decided':
    case 'invalid':
    case 'forwarded':
    case 'skipped':
      throw new Error(`A label cannot come to ${result.kind}`);
  }
}
