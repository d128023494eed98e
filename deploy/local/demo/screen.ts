/** Where the summary goes: redrawn in place on a terminal, a plain line now and then elsewhere. */
export interface Screen {
  /** A line that stays, above the summary. */
  readonly say: (line: string) => void;
  /** The summary as it is now: a picture for people who watch, one line for a log. */
  readonly show: (picture: readonly string[], line: string) => void;
}

const PLAIN_EVERY_MS = 5_000;

/** A screen on this stream. Lines are cut to the terminal's width, or the cursor would lose its place. */
export function createScreen(stream: NodeJS.WriteStream): Screen {
  let drawn: readonly string[] = [];
  let lastPlainMs = performance.now();
  const erase = (): string => (drawn.length === 0 ? '' : `\u001b[${drawn.length}A\u001b[J`);
  const draw = (): string => drawn.map((line) => `${line.slice(0, (stream.columns ?? 80) - 1)}\n`).join('');
  return {
    say: (line) => void stream.write(`${erase()}${line}\n${draw()}`),
    show: (picture, line) => {
      if (stream.isTTY) {
        const erased = erase();
        drawn = picture;
        stream.write(`${erased}${draw()}`);
      } else if (performance.now() - lastPlainMs >= PLAIN_EVERY_MS) {
        lastPlainMs = performance.now();
        stream.write(`${line}\n`);
      }
    },
  };
}
