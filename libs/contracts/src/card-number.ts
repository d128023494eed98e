/** First and last issuer prefix, and the lengths that are issued under them. */
type IssuerRange = readonly [first: number, last: number, lengths: readonly number[]];

const UP_TO_19 = [16, 17, 18, 19];

/** ISO/IEC 7812 ranges of the schemes, as their own integration guides publish them; prefixes of one entry have equally many digits. */
const ISSUER_RANGES: readonly IssuerRange[] = [
  [4, 4, [13, 16, 19]], // Visa
  [51, 55, [16]], // Mastercard
  [2221, 2720, [16]], // Mastercard
  [34, 34, [15]], // American Express
  [37, 37, [15]], // American Express
  [6011, 6011, UP_TO_19], // Discover
  [644, 649, UP_TO_19], // Discover
  [65, 65, UP_TO_19], // Discover, RuPay
  [300, 305, [14, ...UP_TO_19]], // Diners Club
  [3095, 3095, [14, ...UP_TO_19]], // Diners Club
  [36, 36, [14, ...UP_TO_19]], // Diners Club
  [38, 39, [14, ...UP_TO_19]], // Diners Club
  [3528, 3589, UP_TO_19], // JCB
  [62, 62, UP_TO_19], // UnionPay
  [81, 82, [16]], // UnionPay, RuPay
  [508, 508, [16]], // RuPay
  [60, 60, [16]], // RuPay
  [2200, 2204, UP_TO_19], // Mir
  [5018, 5018, [13, 14, 15, ...UP_TO_19]], // Maestro
  [5020, 5020, [13, 14, 15, ...UP_TO_19]], // Maestro
  [5038, 5038, [13, 14, 15, ...UP_TO_19]], // Maestro
  [5893, 5893, [13, 14, 15, ...UP_TO_19]], // Maestro
  [6304, 6304, [13, 14, 15, ...UP_TO_19]], // Maestro
  [6759, 6759, [13, 14, 15, ...UP_TO_19]], // Maestro
  [6761, 6763, [13, 14, 15, ...UP_TO_19]], // Maestro
];

const ZERO = 0x30;
const NINE = 0x39;
const SHORTEST = 13;
const LONGEST = 19;

/** How card numbers are printed in groups; one and the same separator stands between them. */
const GROUPINGS = [
  [4, 4, 4, 4, 3],
  [4, 4, 4, 4],
  [4, 6, 5],
  [4, 6, 4],
];

/**
 * Whether `text` holds a card number: a whole run of 13 to 19 digits, or printed groups such as 4-4-4-4, that has a known issuer prefix and
 * length and passes the Luhn check (ISO/IEC 7812-1, annex B). A run within longer digits is not one: about 1 in 40 random 16-digit numbers
 * qualifies already, which is why the rule can be switched off.
 */
export function containsCardNumber(text: string): boolean {
  if (text.length < SHORTEST || !mayContain(text)) return false;
  const runs = digitRuns(text);
  for (const [index, run] of runs.entries()) {
    if (run.digits.length >= SHORTEST && isCardNumber(run.digits)) return true;
    if (run.digits.length === 4 && groupingsFrom(text, runs, index).some(isCardNumber)) return true;
  }
  return false;
}

/** Lets all but a few ids go, in one pass and without allocating: there must be a long run, or one of four among enough digits. */
function mayContain(text: string): boolean {
  let runLength = 0;
  let digits = 0;
  let hasFour = false;
  for (let index = 0; index <= text.length; index++) {
    const code = text.charCodeAt(index);
    if (code >= ZERO && code <= NINE) runLength++;
    else if (runLength > 0) {
      if (runLength >= SHORTEST) return true;
      hasFour ||= runLength === 4;
      digits += runLength;
      runLength = 0;
    }
  }
  return hasFour && digits >= SHORTEST;
}

interface DigitRun {
  readonly start: number;
  readonly digits: string;
}

function digitRuns(text: string): DigitRun[] {
  const runs: DigitRun[] = [];
  let start = -1;
  for (let index = 0; index <= text.length; index++) {
    const code = text.charCodeAt(index);
    const isDigit = code >= ZERO && code <= NINE;
    if (isDigit && start < 0) start = index;
    if (!isDigit && start >= 0) {
      runs.push({ start, digits: text.slice(start, index) });
      start = -1;
    }
  }
  return runs;
}

function groupingsFrom(text: string, runs: readonly DigitRun[], first: number): string[] {
  const found: string[] = [];
  for (const lengths of GROUPINGS) {
    const group = runs.slice(first, first + lengths.length);
    if (group.length === lengths.length && group.every((run, index) => run.digits.length === lengths[index])) {
      if (isEvenlySeparated(text, group)) found.push(group.map((run) => run.digits).join(''));
    }
  }
  return found;
}

function isEvenlySeparated(text: string, group: readonly DigitRun[]): boolean {
  const separators = group.slice(1).map((run, index) => {
    const before = group[index];
    return before === undefined ? '' : text.slice(before.start + before.digits.length, run.start);
  });
  return separators.every((separator) => separator.length === 1 && separator === separators[0]);
}

function isCardNumber(digits: string): boolean {
  if (digits.length < SHORTEST || digits.length > LONGEST) return false;
  const isIssued = ISSUER_RANGES.some(([first, last, lengths]) => {
    const prefix = Number(digits.slice(0, String(first).length));
    return prefix >= first && prefix <= last && lengths.includes(digits.length);
  });
  return isIssued && passesLuhn(digits);
}

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = digits.charCodeAt(digits.length - 1 - index) - ZERO;
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
