import { createHmac } from "node:crypto";
import type { Alert } from "../src/model/alert.ts";
import { cutBytes } from "../src/model/cut.ts";
import { turns } from "../src/model/incident.ts";

/** Standard Webhooks 1.0.0 (https://github.com/standard-webhooks/standard-webhooks), symmetric signatures. */
const prefix = "whsec_";

/** The bytes of a `whsec_…` secret; undefined when it is not 24 to 64 bytes of base64 behind that. */
export function signingKey(secret: string): Buffer | undefined {
  const text = secret.trim();
  const encoded = text.startsWith(prefix) ? text.slice(prefix.length) : "";
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return undefined;
  const key = Buffer.from(encoded, "base64");
  return key.length >= 24 && key.length <= 64 ? key : undefined;
}

/** `webhook-signature`: one signature a key, apart by spaces, so that a receiver may know the old key or the new one. */
export const signaturesOf = (keys: readonly Buffer[], id: string, timestamp: number, body: string): string =>
  keys.map((key) => `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`).join(" ");

/** The specification advises less than 20 KB. */
const maxPayload = 20_000;
const maxLine = 1_000;

/** The body: as JSON at most 20 kB; where details had to be left out, `data.truncated` is true. */
export function payloadOf(alert: Alert, maybeRepeat: boolean): string {
  const write = (probes: Alert["probes"], lineBytes: number): string =>
    JSON.stringify({
      type: isOfIncident(alert) ? `incident.${alert.turn}` : `${alert.turn}.message`,
      timestamp: new Date(alert.at).toISOString(),
      data: {
        ...(isOfIncident(alert) ? { incident: alert.about } : { about: alert.about }),
        turn: alert.turn,
        priority: alert.priority,
        title: cutBytes(alert.title, lineBytes),
        lines: alert.lines.slice(0, 12).map((line) => cutBytes(line, lineBytes)),
        url: alert.url,
        language: alert.language,
        demonstration: alert.demonstration,
        probes,
        ...(alert.data === undefined ? {} : { data: alert.data }),
        ...(probes.length < alert.probes.length ? { truncated: true } : {}),
        ...(maybeRepeat ? { maybeRepeat: true } : {}),
      },
    });
  for (let count = alert.probes.length; count > 0; count = Math.floor(count / 2)) {
    const whole = write(alert.probes.slice(0, count), maxLine);
    if (Buffer.byteLength(whole) <= maxPayload) return whole;
  }
  const bare = write([], maxLine);
  return Buffer.byteLength(bare) <= maxPayload ? bare : write([], 200);
}

const isOfIncident = ({ turn }: Alert): boolean => turns.some((one) => one === turn);
