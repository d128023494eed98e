/** One place of a file whose text, which occurs in it exactly once, becomes another. */
export interface Edit {
  /** From the root of the project. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A mistake that somebody could make in the protocol, and the test that must not let it pass. */
export interface Mutant {
  readonly name: string;
  readonly edits: readonly Edit[];
  readonly test: { readonly file: string; readonly name: string };
}

/** The text after `edit`; null when what it looks for is not there exactly once: the mutant no longer means anything. */
export function applied(text: string, edit: Edit): string | null {
  const [before, after, ...more] = text.split(edit.find);
  return before === undefined || after === undefined || more.length > 0 ? null : before + edit.replace + after;
}
