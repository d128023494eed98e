import {
  formatWireTime,
  type LabelParser,
  type ParsedLabel,
  type ParsedTransaction,
  type TransactionParser,
} from '#libs/contracts';
import { CommandFailed } from '../failures.ts';
import { readLines } from '../files/read-lines.ts';
import { valueIn } from '../files/record-line.ts';

/** A line of a file of transactions. Lines count from 1, without empty ones. */
export interface TransactionLine {
  readonly kind: 'transaction';
  readonly line: number;
  readonly parsed: ParsedTransaction;
}

/** A line of a file of labels. */
export interface LabelLine {
  readonly kind: 'label';
  readonly line: number;
  readonly parsed: ParsedLabel;
  /** From when on it is known: its `reported_at`; where it cannot be read, that of the label before it, or -Infinity. */
  readonly knownAtMs: number;
}

/** A line of either file. */
export type ReplayLine = TransactionLine | LabelLine;

/** The transactions of a file in blocks, in its order. */
export async function* readTransactions(
  path: string,
  parser: TransactionParser,
): AsyncGenerator<readonly TransactionLine[], void, undefined> {
  let line = 0;
  for await (const block of readLines(path)) {
    yield block.map((text) => ({ kind: 'transaction', line: (line += 1), parsed: parser.parse(valueIn(text)) }));
  }
}

/** The labels of a file in blocks. Throws `CommandFailed` at the first one that is reported before one above it. */
export async function* readLabels(
  path: string,
  parser: LabelParser,
): AsyncGenerator<readonly LabelLine[], void, undefined> {
  let line = 0;
  let knownAtMs = -Infinity;
  for await (const block of readLines(path)) {
    yield block.map((text) => {
      line += 1;
      const parsed = parser.parse(valueIn(text));
      if (parsed.ok) {
        const { reportedAtMs } = parsed.label;
        if (reportedAtMs < knownAtMs) {
          throw new CommandFailed(
            `${path}, line ${line}: reported at ${formatWireTime(reportedAtMs)}, after a label of ${formatWireTime(knownAtMs)}. Sort the file by reported_at.`,
          );
        }
        knownAtMs = reportedAtMs;
      }
      return { kind: 'label', line, parsed, knownAtMs };
    });
  }
}
