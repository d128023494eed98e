const V4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const HEX_GROUP = /^[0-9A-Fa-f]{1,4}$/;
const LONGEST = 'ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255'.length;

/** IPv4 in four decimals without leading zeros, or IPv6 (RFC 4291, section 2.2) without a zone: a zone means nothing elsewhere. */
export function isIpAddress(text: string): boolean {
  if (text.length > LONGEST) return false;
  return text.includes(':') ? isV6(text) : V4.test(text);
}

function isV6(text: string): boolean {
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const [head = '', tail = ''] = halves;
  const shortened = halves.length === 2;
  const last = shortened ? countGroups(tail, true) : 0;
  const first = countGroups(head, !shortened);
  if (Number.isNaN(first) || Number.isNaN(last)) return false;
  return shortened ? first + last <= 7 : first === 8;
}

/** 16-bit groups in `part`, NaN when one is malformed. Only the last may be an IPv4 address, which counts for two. */
function countGroups(part: string, isEnd: boolean): number {
  if (part === '') return 0;
  const groups = part.split(':');
  let count = 0;
  for (const [index, group] of groups.entries()) {
    if (HEX_GROUP.test(group)) count += 1;
    else if (isEnd && index === groups.length - 1 && V4.test(group)) count += 2;
    else return Number.NaN;
  }
  return count;
}

/** The /24 of a valid IPv4 address or the /48 of an IPv6 one, one text for all spellings; an IPv4 address that is mapped into IPv6 counts as itself. */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address.slice(0, address.lastIndexOf('.'));
  const groups = groupsOf(address);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped) return `${groups[6]! >>> 8}.${groups[6]! & 0xff}.${groups[7]! >>> 8}`;
  return groups
    .slice(0, 3)
    .map((group) => group.toString(16))
    .join(':');
}

/** The eight 16-bit groups of a valid IPv6 address. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const first = groupsIn(head);
  const last = tail === undefined ? [] : groupsIn(tail);
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}

function groupsIn(part: string): number[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}
