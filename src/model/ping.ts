/** What a job can say of itself (the paths of healthchecks.io, so that its clients and examples fit). */
export type Ping = "success" | "start" | "fail" | `exit ${number}`;

/** The word behind `/ping/<id>/`; undefined: it is none. */
export function pingOf(word: string): Ping | undefined {
  if (word === "" || word === "0") return "success";
  if (word === "start" || word === "fail") return word;
  return /^(?:[1-9]|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])$/.test(word) ? `exit ${Number(word)}` : undefined;
}

/**
 * The id in a backup's address, as a UUID (RFC 9562 5.8: version 8, of our own making). It follows from the installation's key: nobody
 * else can know it, and it needs no place in the configuration.
 * @param sign HMAC-SHA256 under the installation's own key, hex
 */
export function pingId(asset: string, sign: (text: string) => string): string {
  const hex = sign(`ping ${asset}`);
  const part = (from: number, to: number): string => hex.slice(from, to);
  return `${part(0, 8)}-${part(8, 12)}-8${part(13, 16)}-8${part(17, 20)}-${part(20, 32)}`;
}
