import { DAY_MS, HOUR_MS } from '../time.ts';
import { NOWHERE } from '../place.ts';
import { NO_CATEGORY, type DecidedEvent } from './account-event.ts';

/** Events of one account, made by a rule, so that their records need no list beside them: ties, late ones, every kind of verdict, and with
 *  `otherCurrency` every seventh in that one. */
export function version1Events(options: {
  count: number;
  stepMs: number;
  amountMinor: number;
  otherCurrency?: string;
}): DecidedEvent[] {
  return Array.from({ length: options.count }, (_, i) => ({
    identity: { high: Math.imul(i + 1, 0x9e3779b1) >>> 0, low: i % 3 === 0 ? 7 : Math.imul(i, 0x85ebca6b) >>> 0 },
    content: Math.imul(i + 5, 0xc2b2ae35) >>> 0,
    eventTimeMs: Date.UTC(2026, 1, 3, 4, 5, 6, 789) + (i - (i % 5 === 2 ? 1 : 0)) * options.stepMs - (i % 4 === 3 ? 7 * HOUR_MS : 0), // prettier-ignore
    amountMinor: (options.amountMinor * (i + 1) + 17 * i) % (10 ** 12 + 1),
    currency: i % 7 === 5 ? (options.otherCurrency ?? 'EUR') : 'EUR',
    counterparty: i % 5 === 0 ? 0 : Math.imul(i % 6, 0x1f3d5b79) >>> 0,
    category: NO_CATEGORY,
    country: 0,
    place: NOWHERE,
    entities: { card: null, terminal: null, device: null, ip: null, beneficiary: null },
    outcome: i % 9 === 4 ? 'hold' : 'approve',
    riskScore: i % 8 === 6 ? null : (i * 137) % 1001,
    seq: 3 * i + 1,
  }));
}

/** Under which the records were made. */
export const VERSION_1_PARAMETERS = { version: 1, allowedLatenessMs: DAY_MS, logCap: 512 };

/**
 * Records that the encoder of format 1 wrote, as base64: of no events; of 24 events five hours apart, and of the same with the last two of them planned
 * on base 61 with last seq 70; of 12 events over five days apart with great amounts; of 8 events an hour apart, one of them in yen; of 12 events two
 * hours apart under a cap of 5.
 */
export const VERSION_1_RECORDS = {
  empty:
    'pwEAAGDqwfMAAAAAAAAAAAAAAAAAAPD/AAAAAAAA8P8AAAAAAADwfwAAAAAAAPD/AAAAAAAA8P8AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADw/wAAAAAAAAAAAAAAAAAAAAA=',
  usual:
    'pwEYAIVuGutFVVIAGAAAAABQppiNw3lCAAAAAAAA8P8AUMbOGsJ5QgAAAAAAAPD/AAAAAAAA8P8l4RAG7c82QIepq6ocV9BAin5Qggkw3EEAUKaYjcN5QgBQxs4awnlCAAAAAACAUUCx' +
    'eTeeYvNuPBNtptrE5t14dWAVF4jNu/Em2ky111OEUzlH84/qwCouTLSZaps6Ysz9LdEIrqcIpxCbd+NfIUBFwRSvgXKO5h/UgVVcIwgevoX7jPo2dcSY5+77NphoM9UHAAAAa8rrhdaU' +
    '1wsHAAAArCmvF+2IcqkX9JqdBwAAAFhTXi8HAAAAmbIhwS7oNTsHAAAAb0f5zAcAAADaEeVSsKa8XhtxqOTxBYDwBwAAAFzQa3YHAAAAMmVDgp0vLwgJZ33NPhUwkHPD4lKocZUV3R9I' +
    '2HwqYCASzvqaR3ytXbHYEuPmhsWlUOMqKxs1eGiFkd3tuj+QsCSc9TXv7UJzWUqo+I74Wrv4VMBAw6YNfi0DcwNisSXGl1/YiMwNi0sAAAAAeVs9H/K2ej5rErhd5G31fHlbPR8AAAAA' +
    'AAAAAPK2ej5rErhdXckynAAAAAAAAAAAeVs9HwAAAADytno+5G31fF3JMpx5Wz0fAAAAAAAAAABrErhd5G31fF3JMpwBAAAABAAAAAcAAAAKAAAADQAAABYAAAAQAAAAEwAAABkAAAAc' +
    'AAAAIgAAAB8AAAAlAAAAKAAAAC4AAAArAAAAMQAAADQAAAA6AAAANwAAAD0AAABAAAAAQwAAAEYAAAAAAAAAgKgSAYCoEgEAdLcBAKJKBIBt7wSASl0FAPNvBgBElQiA7KcJALhMCgCV' +
    'ugqAPc0LgI7yDQBalw4ANwUPAIgqEQCIKhEA/OESANlPEwAqdRWA0ocWgNKHFgCeLBcTBQAANwoAAFsPAAB/FAAAoxkAAA8pAADHHgAA6yMAADMuAABXMwAAnz0AAHs4AADDQgAA50cA' +
    'AC9SAAALTQAAU1cAAHdcAAC/ZgAAm2EAAONrAAAHcQAAK3YAAE97AAAAAIkAEgGbASQKvwOtAv8HXwDoAPoBcQGDAgwLNQD/B74ARwFZAtAB4gJrA/8PlAA=',
  planned:
    'pwEYAFvHVfNFVVIAGAAAAABQppiNw3lCAAAAAAAA8P8AUMbOGsJ5QgAAAAAAAPD/AAAAAAAA8P8l4RAG7c82QIepq6ocV9BAin5Qggkw3EEAUKaYjcN5QgBQxs4awnlCAAAAAACAUUCx' +
    'eTeeYvNuPBNtptrE5t14dWAVF4jNu/Em2ky111OEUzlH84/qwCouTLSZaps6Ysz9LdEIrqcIpxCbd+NfIUBFwRSvgXKO5h/UgVVcIwgevoX7jPo2dcSY5+77NphoM9UHAAAAa8rrhdaU' +
    '1wsHAAAArCmvF+2IcqkX9JqdBwAAAFhTXi8HAAAAmbIhwS7oNTsHAAAAb0f5zAcAAADaEeVSsKa8XhtxqOTxBYDwBwAAAFzQa3YHAAAAMmVDgp0vLwgJZ33NPhUwkHPD4lKocZUV3R9I' +
    '2HwqYCASzvqaR3ytXbHYEuPmhsWlUOMqKxs1eGiFkd3tuj+QsCSc9TXv7UJzWUqo+I74Wrv4VMBAw6YNfi0DcwNisSXGl1/YiMwNi0sAAAAAeVs9H/K2ej5rErhd5G31fHlbPR8AAAAA' +
    'AAAAAPK2ej5rErhdXckynAAAAAAAAAAAeVs9HwAAAADytno+5G31fF3JMpx5Wz0fAAAAAAAAAABrErhd5G31fF3JMpwBAAAABAAAAAcAAAAKAAAADQAAABYAAAAQAAAAEwAAABkAAAAc' +
    'AAAAIgAAAB8AAAAlAAAAKAAAAC4AAAArAAAAMQAAADQAAAA6AAAANwAAAD0AAAAGAAAAAwAAAAAAAAAAAAAAgKgSAYCoEgEAdLcBAKJKBIBt7wSASl0FAPNvBgBElQiA7KcJALhMCgCV' +
    'ugqAPc0LgI7yDQBalw4ANwUPAIgqEQCIKhEA/OESANlPEwAqdRWA0ocWgNKHFgCeLBcTBQAANwoAAFsPAAB/FAAAoxkAAA8pAADHHgAA6yMAADMuAABXMwAAnz0AAHs4AADDQgAA50cA' +
    'AC9SAAALTQAAU1cAAHdcAAC/ZgAAm2EAAONrAAAHcQAAK3YAAE97AAAAAIkAEgGbASQKvwOtAv8HXwDoAPoBcQGDAgwLNQD/B74ARwFZAtAB4gJrg/+PlIA=',
  wide:
    'pwEMAEmZOwdFVVIDDAAAAAAAp2bc03lCAAAAAAAA8P8AUMbOGsJ5QgAAAAAAAPD/AAAAAAAA8P9kO5gdNhYbQLVf4BtQ71xCMjUEgQ3b4kQAAKdm3NN5QgBQxs4awnlCAAAAAAAAQUCx' +
    'eTeeYvNuPBNtptrE5t14dWAVFybaTLWIzbvx11OEUzlH84/qwCoumzpizEy0mWoHAAAAa8rrhdaU1wsHAAAArCmvFxf0mp3tiHKpBwAAAFhTXi8HAAAALug1O5myIcEJZ33NPhUwkHPD' +
    '4lKocZUV3R9I2BLO+pp8KmAgR3ytXbHYEuPmhsWlGzV4aFDjKisAAAAAeVs9H/K2ej5rErhd5G31fAAAAAB5Wz0fAAAAAPK2ej5rErhdAAAAAF3JMpwBAAAABAAAAAcAAAAKAAAADQAA' +
    'ABAAAAAWAAAAEwAAABkAAAAcAAAAHwAAACIAAAAAAAAAgbr2GYG69hkDqmNMBOraZ4Wk0YGG2UeaBl/ImwjUtc+JjqzpCkmjAwt+GRwt5eD+a8rB/amvovznlIP7JXpk+mNfRfnfKQf3' +
    'oUQm+B0P6PVb9Mj0mMkEH9au5R0AAIkAEgGbASQKrQK/A/8HXwDoAHEB+gEAAAAAAAAAAAAAAQEWLURbcom3oM7lFCs=',
  mixed:
    'pwEIAF6IAhtFVVIABwAAAABQNmgvwnlCAAAAAAAA8P8AUCYTDcJ5QgAAAAAAAPD/AAAAAAAA8P9okGMcnN0bQJIIeD1pIHhAofYNfGwpFUEAUDZoL8J5QgBQJhMNwnlCAAAAAAAANkDE' +
    '5t14iM278bF5N55i8248E22m2nVgFRcm2ky111OEUwcAAADtiHKpBwAAAGvK64XWlNcLrCmvFxf0mp0HAAAAqHGVFXwqYCAJZ33NPhUwkHPD4lLdH0jYEs76mkd8rV1rErhdeVs9HwAA' +
    'AAB5Wz0f8rZ6PuRt9XwAAAAAAAAAAAoAAAAWAAAAAQAAAAQAAAAHAAAADQAAABAAAAATAAAAAAAAAIDLpAAAutsAgKgSAYCoEgEAdLcBgGLuAQBRJQJnAQAA3wIAAE0AAACrAAAACQEA' +
    'AMUBAAAjAgAAgQIAAJsBvwMAAIkAEgEkCq0S/wc=',
  capped:
    'pwEFAKG6xclFVVIADAAAAABQ5nhfwnlCAEAmEw3CeUIAUN5fF8J5QgBQ1iM9wnlCAFDWIz3CeUIYDoFv7r4nQFcfXsw0nV9AmzVzGMC38EAAUOZ4X8J5QgBQpgFEwnlCAAAAAAAAQUDX' +
    'U4RTTLSZajlH84/qwCoumzpizAcAAACZsiHBWFNeLwcAAAAu6DU7R3ytXVDjKiux2BLj5obFpRs1eGgAAAAAXckynPK2ej5rErhdAAAAABMAAAAiAAAAGQAAABwAAAAfAAAAAAAAAIDL' +
    'pAAAutsAAJdJAQB0twGJAAAA9wAAALUAAADLAAAA4QAAAP8H+gFfAOgAcQEAAA==',
};
