import { runRange } from './schedule-range.ts';

// Runs schedules from seed 1 on until one fails, at most as many as asked, and says as JSON how many it took. Builds nothing, so that it tells of what there is.
const end = 1 + Number(process.argv[2]);
const { schedules, failing } = await runRange({ first: 1, end, step: 1 }, ({ failing: sofar }) => sofar.length === 0);
const [first = null] = failing;
console.log(JSON.stringify({ schedules, broken: first?.broken ?? [] }));
process.exit(0);
