export { type AppendFate, type HeldAppend, InMemoryLog } from './fakes/in-memory-log.ts';
