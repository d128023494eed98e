import { IsIn, IsString, Matches } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import type { RejectionReason } from '#libs/core';
import { REJECTION_REASONS } from './event-dto.ts';
import { MayBeAbsent } from './wire-decorators.ts';

const WHOLE_NUMBER = /^[0-9]{1,15}$/;

/** Headers of a dead letter; its key and value are the refused record's own. */
@JSONSchema({
  description:
    'Headers of a record of the dead-letter topic, as text. Key and value are the original bytes. Two copies of one rejection have the same topic, partition and offset.',
})
export class DeadLetterHeadersDto {
  @IsIn(REJECTION_REASONS)
  'dlq.reason'!: RejectionReason;

  @MayBeAbsent()
  @IsString()
  @JSONSchema({ description: 'The first offending field, dotted; absent when the record as a whole is at fault.' })
  'dlq.field'?: string;

  @IsString()
  'dlq.topic'!: string;

  @Matches(WHOLE_NUMBER)
  'dlq.partition'!: string;

  @Matches(WHOLE_NUMBER)
  'dlq.offset'!: string;
}
