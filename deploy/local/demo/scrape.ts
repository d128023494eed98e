/** Values of one /metrics page, summed over the labels that nobody asks for. */
export interface Scraped {
  /** Sum of a metric over all its label sets that have these labels. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
  /** A metric's sums by the values of one label. */
  by(name: string, label: string): ReadonlyMap<string, number>;
}

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** Reads the metrics of processes and adds them up. Rejects when one does not answer. */
export async function scrape(adminUrls: readonly string[]): Promise<Scraped> {
  const pages = await Promise.all(
    adminUrls.map(async (url) => {
      const response = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(2_000) });
      return response.text();
    }),
  );
  return readSamples(pages.join('\n'));
}

/** Reads the Prometheus text format. */
function readSamples(page: string): Scraped {
  const samples = page.split('\n').flatMap((line) => {
    const match = SAMPLE.exec(line);
    if (match === null) return [];
    const [, name = '', labels = '', value] = match;
    return [{ name, labels: readLabels(labels), value: Number(value) }];
  });
  const of = (name: string): Sample[] => samples.filter((sample) => sample.name === name);
  return {
    sum: (name, labels = {}) =>
      of(name)
        .filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))
        .reduce((sum, { value }) => sum + value, 0),
    by: (name, label) => {
      const sums = new Map<string, number>();
      for (const { labels, value } of of(name)) {
        const key = labels[label] ?? '';
        sums.set(key, (sums.get(key) ?? 0) + value);
      }
      return sums;
    },
  };
}

function readLabels(text: string): Record<string, string> {
  return Object.fromEntries([...text.matchAll(LABEL)].map(([, name = '', value = '']) => [name, value]));
}
