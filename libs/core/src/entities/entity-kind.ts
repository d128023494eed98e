import type { Hash64 } from '../hash64.ts';

/** What has a behaviour of its own beside the account, in the order in which it is listed everywhere. */
export const ENTITY_KINDS = ['card', 'terminal', 'device', 'ip', 'beneficiary'] as const;

export type EntityKind = (typeof ENTITY_KINDS)[number];

/**
 * The entities of a transaction by their ids: the card; the terminal, else the merchant; the device; the network of the address, /24 of IPv4 and
 * /48 of IPv6; the account that is paid.
 */
export type EntityIds = Readonly<Record<EntityKind, string | undefined>>;

/** The same as keyed hashes, under which their records are kept; null where there is none. */
export type EntityKeys = Readonly<Record<EntityKind, Hash64 | null>>;
