import { toAccountFeaturesBody } from '#libs/contracts';
import { partitionOf, TransientFault } from '#libs/core';
import { problemAnswer, unavailableAnswer } from './answers.ts';
import type { Answer, Request } from './http-types.ts';
import { readAccountQuestion } from './request-options.ts';
import type { Scorer } from './scorer.ts';

export interface AccountDoorOptions {
  readonly scorer: Pick<Scorer, 'read'>;
  /** The number of partitions that the state was opened with. */
  readonly partitions: number;
}

/** The HTTP door to what is known of accounts, without HTTP. Reads only. */
export class AccountDoor {
  readonly #options: AccountDoorOptions;

  constructor(options: AccountDoorOptions) {
    this.#options = options;
  }

  /** What the account is known by at a moment. A record that cannot be read is never shown: its partition is closed and made good first. */
  async features({ params, query }: Pick<Request, 'params' | 'query'>): Promise<Answer> {
    const { scorer, partitions } = this.#options;
    const asked = readAccountQuestion(params, query);
    if (!asked.ok) return problemAnswer('malformed', { detail: 'A parameter cannot be read.', fields: asked.fields });
    const { accountId, atMs, withState } = asked.value;
    try {
      const read = await scorer.read(partitionOf(accountId, partitions), accountId, atMs);
      switch (read.status) {
        case 'read':
          return { status: 200, headers: {}, body: toAccountFeaturesBody(accountId, read.reading, { withState }) };
        case 'unknown':
          return problemAnswer('not_found');
        case 'closed':
          return unavailableAnswer('closed');
        case 'too_late':
          return problemAnswer('too_late', { detail: 'A transaction of that time would be refused.' });
        case 'from_the_future':
          return problemAnswer('from_the_future', { detail: 'A transaction of that time would be refused.' });
      }
    } catch (error) {
      if (error instanceof TransientFault) return unavailableAnswer(error.code);
      throw error;
    }
  }
}
