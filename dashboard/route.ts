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

/** What belongs to an asset, of those that are watched: the ends of a route, the routes and the domain of a mailbox, the mailboxes of a domain. */
export function relatedTo(id: string, all: readonly string[]): readonly string[] {
  const domainOf = (address: string): string => address.slice(address.lastIndexOf("@") + 1);
  const isMailbox = (one: string): boolean => one.includes("@") && !one.includes("~");
  if (id.includes("~")) {
    const ends = id.split("~");
    return all.filter((one) => ends.includes(one) || ends.map(domainOf).includes(one));
  }
  if (isMailbox(id)) return all.filter((one) => (one.split("~").includes(id) ? one !== id : one === domainOf(id)));
  return all.filter((one) => isMailbox(one) && domainOf(one) === id);
}

/** Legible where that does no harm. */
export const addressOfAsset = (id: string): string =>
  `#/asset/${encodeURIComponent(id).replaceAll("%40", "@").replaceAll("%3A", ":")}`;
