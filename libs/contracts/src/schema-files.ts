import { DeadLetterHeadersDto } from './dto/dead-letter-dto.ts';
import { DecisionMadeDto, RejectionDto } from './dto/event-dto.ts';
import { LabelDto } from './dto/label-dto.ts';
import { LabelRecordedDto, TransactionRecordedDto } from './dto/recorded-dto.ts';
import { TransactionDto } from './dto/transaction-dto.ts';
import type { DtoClass } from './dto/wire-decorators.ts';
import { publicName, publicSchemas } from './public-schema.ts';
import type { JsonSchema } from './schema.ts';

/** What lies on the topics, by the name of its file under `libs/contracts/schemas`. Unknown fields are not refused there: additions come without notice. */
const FILES = {
  'transaction.v1': TransactionDto,
  'label.v1': LabelDto,
  'decision-made.v1': DecisionMadeDto,
  'transaction-rejected.v1': RejectionDto,
  'label-recorded.v1': LabelRecordedDto,
  'transaction-recorded.v1': TransactionRecordedDto,
  'dead-letter-headers.v1': DeadLetterHeadersDto,
} as const satisfies Record<string, DtoClass>;

export type SchemaFile = keyof typeof FILES;
export const SCHEMA_FILES = Object.keys(FILES) as SchemaFile[];

/** One file's content: a JSON Schema of draft 2020-12 that needs no other file. */
export function schemaFile(name: SchemaFile): JsonSchema {
  const root = FILES[name];
  const { [publicName(root)]: schema, ...nested } = publicSchemas(root, {
    refPrefix: '#/$defs/',
    unknownFields: 'ignore',
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:holdfast:schema:${name}`,
    title: publicName(root),
    ...schema,
    ...(Object.keys(nested).length > 0 ? { $defs: nested } : {}),
  };
}
