/** Bounds of what may come in and go out. Each is part of the contract: a change is a change of the wire. */

const KIB = 1024;

/** Largest transaction, as an HTTP body or a Kafka value, in bytes before parsing. */
export const MAX_TRANSACTION_BYTES = 16 * KIB;

/** Deepest nesting of objects and arrays; the top-level object is depth 1. */
export const MAX_JSON_DEPTH = 8;

/** 10^12 minor units: far above any card or account payment, far below the end of the safe integers. */
export const MAX_AMOUNT_MINOR = 1_000_000_000_000;

/** Scores of other assessors that one transaction can carry. */
export const MAX_NETWORK_SCORES = 8;

/** Offending fields that one refusal lists; a body of 16 KiB could have thousands. */
export const MAX_LISTED_FAULTS = 20;

/** Original bytes (key and value together) above this are replaced in a rejection by their hash and origin. */
export const MAX_ORIGINAL_BYTES = 512 * KIB;

/** Largest record of an input topic. */
export const MAX_INPUT_RECORD_BYTES = 256 * KIB;

/** Largest record of an output topic: it must hold the base64 of `MAX_ORIGINAL_BYTES`. */
export const MAX_OUTPUT_RECORD_BYTES = 2 * KIB * KIB;
