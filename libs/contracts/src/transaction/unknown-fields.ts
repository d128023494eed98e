import { unknownFieldCounter } from '../body/unknown-fields.ts';
import { DeviceDto, LocationDto, MerchantDto, NetworkScoreDto, TransactionDto } from '../dto/transaction-dto.ts';

const inTransaction = unknownFieldCounter(TransactionDto);
const inMerchant = unknownFieldCounter(MerchantDto);
const inDevice = unknownFieldCounter(DeviceDto);
const inLocation = unknownFieldCounter(LocationDto);
const inNetworkScore = unknownFieldCounter(NetworkScoreDto);

/** How many fields of a valid transaction the contract does not name, at any level that it knows. */
export function countUnknownFields(transaction: TransactionDto): number {
  const { merchant, device, location, network_scores: scores } = transaction;
  let count = inTransaction(transaction);
  if (merchant !== undefined) count += inMerchant(merchant);
  if (device !== undefined) count += inDevice(device);
  if (location !== undefined) count += inLocation(location);
  if (scores !== undefined) for (const score of scores) count += inNetworkScore(score);
  return count;
}
