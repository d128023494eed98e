import { ID_PATTERN, MAX_TRANSACTION_BYTES } from '#libs/contracts';
import {
  ACCOUNT_FEATURES_READ,
  LABEL,
  LABEL_DUPLICATE,
  LABEL_RECORDED,
  REFUND,
  REFUND_RECORDED,
  TRANSACTION,
} from './examples.ts';
import { answerResponse, decisionResponse, problemResponses, SCHEMAS } from './responses.ts';

const ID = { type: 'string', pattern: ID_PATTERN.source };

const TRACEPARENT = {
  name: 'traceparent',
  in: 'header',
  description: 'W3C trace context. The request becomes a span of that trace, if its sampled flag is set.',
  schema: { type: 'string' },
  example: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
};

/** Of every request that commits something. */
const COMMIT_PARAMETERS = [
  {
    name: 'X-Deadline-Ms',
    in: 'header',
    description:
      'Milliseconds until the answer is needed; past them it is 503. A larger one than the service allows counts as the largest; without one the service has a default.',
    schema: { type: 'integer', minimum: 1, maximum: 999_999_999 },
    example: 250,
  },
  {
    name: 'Prefer',
    in: 'header',
    description:
      'RFC 7240. `ack=state` (the default) answers when the decision is committed, `ack=replica` when a replica has it too, `ack=log` when it has been read back from the log. Other preferences are ignored, another `ack` is refused.',
    schema: { type: 'string' },
    example: 'ack=log',
  },
  TRACEPARENT,
];

const REPLAYED = {
  'Idempotent-Replayed': {
    description: 'There when the same had been taken in before.',
    schema: { const: 'true' },
  },
};

const PREFERENCE = {
  'Preference-Applied': {
    description: 'The `ack` of `Prefer`, when it was asked for.',
    schema: { enum: ['ack=state', 'ack=replica', 'ack=log'] },
  },
};

const RECEIPTS = {
  schema: 'TransactionReceipt',
  examples: { recorded: { summary: 'A reversal or refund', value: REFUND_RECORDED } },
};

/** `POST /v1/decisions`. */
export const decideOperation = {
  operationId: 'decide',
  tags: ['decisions'],
  summary: 'Decides a transaction',
  description:
    'The same transaction sent again gets the first decision; the same identity with other content is a conflict. A reversal or refund is not decided: it is recorded, takes its amount out of what the account is known by from now on, and changes no decision of the past.',
  parameters: COMMIT_PARAMETERS,
  requestBody: {
    required: true,
    description: `At most ${MAX_TRANSACTION_BYTES} bytes. Unknown fields are refused.`,
    content: {
      'application/json': {
        schema: { $ref: `${SCHEMAS}Transaction` },
        examples: { transaction: { value: TRANSACTION }, refund: { value: REFUND } },
      },
    },
  },
  responses: {
    '200': decisionResponse('The decision, or what was recorded.', { ...REPLAYED, ...PREFERENCE }, RECEIPTS),
    ...problemResponses([
      'malformed',
      'unauthorized',
      'identity_conflict',
      'oversized',
      'unsupported_media_type',
      'invalid_transaction',
      'too_late',
      'from_the_future',
      'unavailable',
    ]),
  },
};

/** `GET /v1/decisions/{transaction_id}`. */
export const findOperation = {
  operationId: 'findDecision',
  tags: ['decisions'],
  summary: 'Finds a decision again',
  description: 'As it was given, with `evaluation` `duplicate`.',
  parameters: [
    { name: 'transaction_id', in: 'path', required: true, schema: ID },
    { name: 'account_id', in: 'query', required: true, schema: ID },
    { name: 'event_type', in: 'query', schema: { enum: ['authorization'], default: 'authorization' } },
    TRACEPARENT,
  ],
  responses: {
    '200': decisionResponse('The decision.'),
    ...problemResponses(['malformed', 'unauthorized', 'not_found', 'unavailable']),
  },
};

/** `POST /v1/labels`. */
export const labelOperation = {
  operationId: 'recordLabel',
  tags: ['labels'],
  summary: 'Says what a transaction was found to be, or what its issuer did with it',
  description:
    'Changes what the account and the other entities of the transaction are known by, from now on, and no decision of the past. Of `fraud` and `genuine` the one reported last is in force. `declined` takes the amount out of the account’s sums for good; `approved` and `challenged` are recorded and change no input.',
  parameters: COMMIT_PARAMETERS,
  requestBody: {
    required: true,
    description: `At most ${MAX_TRANSACTION_BYTES} bytes. Unknown fields are refused.`,
    content: {
      'application/json': { schema: { $ref: `${SCHEMAS}Label` }, examples: { label: { value: LABEL } } },
    },
  },
  responses: {
    '200': answerResponse('The very same label had been recorded before.', {
      schema: 'LabelReceipt',
      headers: { ...REPLAYED, ...PREFERENCE },
      examples: { duplicate: { value: LABEL_DUPLICATE } },
    }),
    '202': answerResponse('Recorded.', {
      schema: 'LabelReceipt',
      headers: PREFERENCE,
      examples: { recorded: { value: LABEL_RECORDED } },
    }),
    ...problemResponses([
      'malformed',
      'unauthorized',
      'identity_conflict',
      'oversized',
      'unsupported_media_type',
      'invalid_label',
      'too_late',
      'from_the_future',
      'unavailable',
    ]),
  },
};

/** `GET /v1/accounts/{account_id}/features`. */
export const accountOperation = {
  operationId: 'readAccountFeatures',
  tags: ['accounts'],
  summary: 'Says what an account is known by',
  description:
    'The inputs of the model that are read from the account, each with what is behind it: as the next transaction would be scored with them, and as one commit has left them. Inputs that say something of a transaction, such as its amount, have no value here.',
  parameters: [
    { name: 'account_id', in: 'path', required: true, schema: ID },
    {
      name: 'at',
      in: 'query',
      description:
        'The moment that windows end at. Without it the time of the newest transaction of the account; now, if it has none. Moments at which a transaction would be refused are refused. Of a moment before the newest transaction, profiles and labels are as they stand.',
      schema: { type: 'string', format: 'date-time' },
      example: '2026-05-14T12:00:00.000Z',
    },
    {
      name: 'include',
      in: 'query',
      description: '`state`: all that is kept of the account too, for people.',
      schema: { enum: ['state'] },
    },
    TRACEPARENT,
  ],
  responses: {
    '200': answerResponse('What is known.', {
      schema: 'AccountFeatures',
      headers: {},
      examples: { account: { value: ACCOUNT_FEATURES_READ } },
    }),
    ...problemResponses(['malformed', 'unauthorized', 'not_found', 'too_late', 'from_the_future', 'unavailable']),
  },
};

/** `GET /openapi.json`. */
export const contractOperation = {
  operationId: 'readContract',
  tags: ['contract'],
  summary: 'Gives this document',
  responses: {
    '200': {
      description: 'OpenAPI 3.1, as this build answers.',
      content: { 'application/json': { schema: { type: 'object' } } },
    },
    ...problemResponses(['unauthorized']),
  },
};
