/** The asset that the address names, `#/asset/sales@example.com`; undefined: it names none. */
export function assetInAddress(hash: string): string | undefined {
  const [, id] = /^#\/asset\/(.+)$/.exec(hash) ?? [];
  if (id === undefined) return undefined;
  try {
    return decodeURIComponent(id).toLowerCase();
  } catch {
    // A percent sign that begins no character: it names nothing that is watched.
    return id.toLowerCase();
  }
}

/** Legible where that does no harm. */
export const addressOfAsset = (id: string): string =>
  `#/asset/${encodeURIComponent(id).replaceAll("%40", "@").replaceAll("%3A", ":")}`;
