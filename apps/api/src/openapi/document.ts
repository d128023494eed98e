import {
  AccountFeaturesDto,
  DecisionDto,
  ExpiredDecisionDto,
  LabelDto,
  LabelReceiptDto,
  ProblemDto,
  publicSchemas,
  TransactionDto,
  TransactionReceiptDto,
} from '#libs/contracts';
import { accountOperation, contractOperation, decideOperation, findOperation, labelOperation } from './operations.ts';
import { SCHEMAS } from './responses.ts';

/** The HTTP door as an OpenAPI 3.1 document, made from the classes that its bodies are checked and written by. */
export function openApiDocument() {
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'Holdfast',
      version: '1',
      summary: 'Hold or approve each transaction, exactly once',
      description:
        'A transaction is decided once, whichever way it comes and however often. Every error is a problem (RFC 9457) with a stable `code`. Fields may be added to answers without notice.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ apiKey: [] }],
    tags: [
      { name: 'decisions', description: 'Deciding transactions, and finding decisions again.' },
      { name: 'labels', description: 'Telling what transactions were found to be.' },
      { name: 'accounts', description: 'Looking at what accounts are known by.' },
      { name: 'contract', description: 'This document.' },
    ],
    paths: {
      '/v1/decisions': { post: decideOperation },
      '/v1/decisions/{transaction_id}': { get: findOperation },
      '/v1/labels': { post: labelOperation },
      '/v1/accounts/{account_id}/features': { get: accountOperation },
      '/openapi.json': { get: contractOperation },
    },
    components: {
      securitySchemes: {
        apiKey: { type: 'http', scheme: 'bearer', description: 'An API key; the service knows its SHA-256 only.' },
      },
      schemas: {
        ...publicSchemas(TransactionDto, { refPrefix: SCHEMAS, unknownFields: 'refuse' }),
        ...publicSchemas(DecisionDto, { refPrefix: SCHEMAS, unknownFields: 'ignore' }),
        ...publicSchemas(ExpiredDecisionDto, { refPrefix: SCHEMAS, unknownFields: 'ignore' }),
        ...publicSchemas(TransactionReceiptDto, { refPrefix: SCHEMAS, unknownFields: 'ignore' }),
        ...publicSchemas(LabelDto, { refPrefix: SCHEMAS, unknownFields: 'refuse' }),
        ...publicSchemas(LabelReceiptDto, { refPrefix: SCHEMAS, unknownFields: 'ignore' }),
        ...publicSchemas(AccountFeaturesDto, { refPrefix: SCHEMAS, unknownFields: 'ignore' }),
        ...publicSchemas(ProblemDto, { refPrefix: SCHEMAS, unknownFields: 'ignore' }),
      },
    },
  };
}
