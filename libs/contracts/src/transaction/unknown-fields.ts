import { DeviceDto, LocationDto, MerchantDto, NetworkScoreDto, TransactionDto } from '../dto/transaction-dto.ts';
import type { DtoClass } from '../dto/wire-decorators.ts';
import { schemasOf } from '../schema.ts';

const TRANSACTION = fieldsOf(TransactionDto);
const MERCHANT = fieldsOf(MerchantDto);
const DEVICE = fieldsOf(DeviceDto);
const LOCATION = fieldsOf(LocationDto);
const NETWORK_SCORE = fieldsOf(NetworkScoreDto);

/** How many fields of a valid transaction the contract does not name, at any level that it knows. */
export function countUnknownFields(transaction: TransactionDto): number {
  const { merchant, device, location, network_scores: scores } = transaction;
  let count = unknownIn(transaction, TRANSACTION);
  if (merchant !== undefined) count += unknownIn(merchant, MERCHANT);
  if (device !== undefined) count += unknownIn(device, DEVICE);
  if (location !== undefined) count += unknownIn(location, LOCATION);
  if (scores !== undefined) for (const score of scores) count += unknownIn(score, NETWORK_SCORE);
  return count;
}

function fieldsOf(dto: DtoClass): ReadonlySet<string> {
  return new Set(Object.keys((schemasOf(dto)[dto.name]?.['properties'] ?? {}) as object));
}

function unknownIn(value: object, names: ReadonlySet<string>): number {
  let count = 0;
  for (const name in value) if (!names.has(name)) count++;
  return count;
}
