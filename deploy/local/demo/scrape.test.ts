import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { scrape } from './scrape.ts';

const PAGE = `# HELP holdfast_rejected_total Transactions that can never be decided
# TYPE holdfast_rejected_total counter
holdfast_rejected_total{door="http",reason="malformed"} 2
holdfast_rejected_total{door="kafka",reason="malformed"} 3
holdfast_rejected_total{door="kafka",reason="too_late"} 1.5e1
holdfast_partitions_owned 4
`;

test('metrics of several processes are added up, by the labels that somebody asks for', async () => {
  const server = createServer((_request, response) => response.end(PAGE));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const scraped = await scrape([url, url]);
  server.close();
  expect(scraped.sum('holdfast_partitions_owned')).toBe(8);
  expect(scraped.sum('holdfast_rejected_total')).toBe(40);
  expect(scraped.sum('holdfast_rejected_total', { door: 'http' })).toBe(4);
  expect(scraped.by('holdfast_rejected_total', 'reason')).toEqual(
    new Map([
      ['malformed', 10],
      ['too_late', 30],
    ]),
  );
  expect(scraped.sum('holdfast_nothing')).toBe(0);
});
