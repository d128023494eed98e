/** What can be wrong with a field. Stable. */
export type FieldFaultCode =
  | 'required'
  | 'unknown_field'
  | 'type'
  | 'format'
  | 'value'
  | 'range'
  | 'too_many'
  | 'card_number'
  | 'unsupported'
  | 'not_json'
  | 'not_utf8'
  | 'not_an_object'
  | 'too_deep'
  | 'too_large'
  | 'empty';

/** One offending field. Neither part repeats the value: it may be a card number. */
export interface FieldFault {
  /** Dotted path, as in `network_scores.0.value`; '' for the body as a whole. */
  readonly field: string;
  readonly code: FieldFaultCode;
  readonly message: string;
}
