/** Reads JSON that this program stored itself, as the type that was stored. What comes from anywhere else is checked instead. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names what the column holds
export function stored<T>(text: string): T {
  const value: T = JSON.parse(text);
  return value;
}
