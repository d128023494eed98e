/** A column of a table. */
export interface TextColumn {
  readonly name: string;
  /** Numbers go to the right. */
  readonly isNumber?: boolean;
}

/** Rows in columns, under their names. A column that is empty in all rows is left out. */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string[] {
  const shown = columns
    .map(({ name, isNumber = false }, at) => {
      const cells = rows.map((row) => row[at] ?? '');
      return { name, isNumber, cells, width: Math.max(name.length, ...cells.map(({ length }) => length)) };
    })
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  const lineOf = (cellOf: (column: (typeof shown)[number]) => string): string =>
    shown
      .map((column) => (column.isNumber ? cellOf(column).padStart(column.width) : cellOf(column).padEnd(column.width)))
      .join('  ')
      .trimEnd();
  return [lineOf(({ name }) => name), ...rows.map((_, row) => lineOf(({ cells }) => cells[row] as string))];
}

/** The title of a list of which the newest are shown. */
export function listTitle(what: string, shown: number, all: number): string {
  return shown === all ? `${what} (${all})` : `${what} (the newest ${shown} of ${all}; --events ${all} or --json for all)`; // prettier-ignore
}

/** The last `shown` of a list. */
export function newest<T>(list: readonly T[], shown: number): readonly T[] {
  return list.slice(Math.max(0, list.length - shown));
}
