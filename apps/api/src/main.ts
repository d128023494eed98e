import { startTelemetry } from '#libs/platform';

// Telemetry first: what is imported afterwards takes its instruments from it.
const telemetry = startTelemetry('holdfast-api');
const { start } = await import('./start.ts');
await start(telemetry);
