/**
 * Remembers the results of a pure function for the texts that it was called with last.
 *
 * @param entriesMax results kept; when there are as many, all are forgotten
 */
export function memoized<T>(compute: (text: string) => T, entriesMax: number): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const remembered = known.get(text);
    if (remembered !== undefined) return remembered;
    if (known.size >= entriesMax) known.clear();
    const result = compute(text);
    known.set(text, result);
    return result;
  };
}
