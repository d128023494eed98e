import { toLabelReceipt, type LabelParser } from '#libs/contracts';
import { assert, type Label } from '#libs/core';
import { problemAnswer } from './answers.ts';
import type { Answer, Request } from './http-types.ts';
import type { Done, RequestIntake } from './request-intake.ts';

/** The HTTP door for labels without HTTP: takes bytes and headers, gives answers of the contract. */
export class LabelDoor {
  readonly #intake: RequestIntake;
  readonly #parser: LabelParser;

  constructor(intake: RequestIntake, parser: LabelParser) {
    this.#intake = intake;
    this.#parser = parser;
  }

  /** Takes in the label in `body`. */
  async record(request: Pick<Request, 'body' | 'headers' | 'span'>): Promise<Answer> {
    return this.#intake.answer(request, this.#parser, ({ label }) => ({
      item: { kind: 'label', label, original: null },
      toAnswer: (done) => answerTo(label, done),
    }));
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
