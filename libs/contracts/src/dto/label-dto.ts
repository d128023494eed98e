import { IsBoolean, IsIn } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { IsIdentifier, IsWireTime, MayBeAbsent } from './wire-decorators.ts';

/** What a transaction can be found to have been. */
export const LABEL_VALUES = ['fraud', 'genuine'] as const;

/** All that a label can say: that, or what the issuer did with the transaction. */
export const LABELS = [...LABEL_VALUES, 'approved', 'declined', 'challenged'] as const;

const RECEIPT_STATUSES = ['recorded', 'duplicate'] as const;

/** Kinds of transaction that can be labelled: those that are decided. */
const LABELLED_EVENT_TYPES = ['authorization'] as const;

/** What somebody says of a transaction afterwards, as it comes by HTTP and Kafka. The order of the fields is the order of the canonical JSON. */
@JSONSchema({
  description:
    'A label. All of it is its identity: the same label again is a duplicate, and of `fraud` and `genuine` the one reported last is in force. `declined` is final.',
})
export class LabelDto {
  @IsIdentifier()
  @JSONSchema({ description: 'As the transaction has it.' })
  account_id!: string;

  @IsIdentifier()
  @JSONSchema({ description: 'As the transaction has it.' })
  transaction_id!: string;

  @MayBeAbsent()
  @IsIn(LABELLED_EVENT_TYPES)
  @JSONSchema({ description: 'Default: authorization.' })
  event_type?: (typeof LABELLED_EVENT_TYPES)[number];

  @IsIn(LABELS)
  @JSONSchema({
    description:
      'What the transaction was found to have been (`fraud`, `genuine`), or what its issuer did with it: let it through (`approved`), did not after all (`declined`: nothing is left of its amount), asked the customer first (`challenged`).',
  })
  label!: (typeof LABELS)[number];

  @IsIdentifier()
  @JSONSchema({ description: 'Who says so: chargeback, an analyst, a scheme, the issuer.' })
  source!: string;

  @IsWireTime()
  @JSONSchema({ description: 'When it became known: RFC 3339 in UTC, at most milliseconds.' })
  reported_at!: string;
}

/** The HTTP answer to a label. */
export class LabelReceiptDto {
  @IsIdentifier()
  account_id!: string;

  @IsIdentifier()
  transaction_id!: string;

  @IsIn(LABELLED_EVENT_TYPES)
  event_type!: (typeof LABELLED_EVENT_TYPES)[number];

  @IsIn(LABELS)
  label!: (typeof LABELS)[number];

  @IsIdentifier()
  source!: string;

  @IsWireTime()
  reported_at!: string;

  @IsIn(RECEIPT_STATUSES)
  @JSONSchema({ description: 'Whether this very label had been recorded before.' })
  status!: (typeof RECEIPT_STATUSES)[number];

  @IsBoolean()
  @JSONSchema({
    description:
      'Whether the account knew the transaction when the label was recorded. If not, the label waits for it for a week.',
  })
  matched!: boolean;
}
