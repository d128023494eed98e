import { type Random, scatter32 } from './random.ts';
import { DAY_MS } from './time.ts';

/** A device with its address on the net. */
export interface Device {
  readonly id: string;
  readonly ip: string;
}

/** A place in somebody's life for a device, a phone say, that is replaced by a new one now and then. */
export interface OwnedDevice {
  readonly serial: number;
  readonly ip: string;
  readonly periodDays: number;
  readonly phaseDays: number;
}

const idOf = (serial: number): string => `d-${serial.toString(16).padStart(8, '0')}`;

/** An address of the shared range for carriers (RFC 6598), which reaches nobody. */
const anyIp = (random: Random): string => `100.${64 + random.below(63)}.${random.below(256)}.${1 + random.below(254)}`;

/** An address of a mobile network: many people come from few of them. */
const mobileIp = (random: Random): string => `100.127.${random.below(64)}.${1 + random.below(254)}`;

/** A device that no account owns: a thief's, or a borrowed one. */
export function strangeDevice(random: Random): Device {
  return { id: idOf(random.uint32()), ip: random.chance(0.3) ? mobileIp(random) : anyIp(random) };
}

/** A device that will be somebody's, for half a year to three years at a time. */
export function createOwnedDevice(random: Random): OwnedDevice {
  const periodDays = 180 + random.below(900);
  return { serial: random.uint32(), ip: anyIp(random), periodDays, phaseDays: random.below(periodDays) };
}

/** The device that is in this place at `atMs`. */
export function deviceAt({ serial, ip, periodDays, phaseDays }: OwnedDevice, atMs: number): Device {
  const generation = Math.floor((Math.floor(atMs / DAY_MS) + phaseDays) / periodDays);
  return { id: idOf(scatter32(serial ^ generation)), ip };
}

/** The device that somebody who owns `owned` pays with: mostly one of them and at home. A few payments in a thousand come from one never seen before. */
export function drawDevice(owned: readonly OwnedDevice[], random: Random, atMs: number): Device {
  if (random.chance(0.005)) return strangeDevice(random);
  const device = deviceAt(random.pick(owned), atMs);
  return random.chance(0.2) ? { id: device.id, ip: mobileIp(random) } : device;
}
