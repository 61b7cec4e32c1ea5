const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/** RFC 5322 section 4.3, in minutes; military letters and other names mean nothing certain. */
const zones: Readonly<Record<string, number>> = {
  z: 0,
  ut: 0,
  utc: 0,
  gmt: 0,
  edt: -240,
  est: -300,
  cdt: -300,
  mdt: -360,
  mst: -420,
  pdt: -420,
  pst: -480,
};
const form =
  /^(?:[a-z]{3,9},?\s+)?(\d{1,2})[\s-]+([a-z]{3})[a-z]{0,6}[\s-]+(\d{4}|\d{2})\s+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s*([+-]\d{4}|[a-z]{1,4})?/i;

/**
 * A date of a mail (RFC 5322 section 3.3 and 4.3, and what servers really write) as milliseconds UTC. Undefined where it is none or
 * has no zone that is certain: `CST` is China's or Chicago's. Never throws.
 */
export function readMailDate(text: string): number | undefined {
  const found = form.exec(text.slice(0, 200).replace(/\s+/g, " ").trim());
  if (!found) return undefined;
  const [, day, name = "", year = "", hour, minute, second = "0", zone] = found;
  const month = months.indexOf(name.toLowerCase());
  const offset = zone === undefined ? undefined : offsetOf(zone);
  if (month < 0 || offset === undefined) return undefined;
  const full = year.length === 2 ? Number(year) + (Number(year) < 50 ? 2000 : 1900) : Number(year);
  const at = Date.UTC(full, month, Number(day), Number(hour), Number(minute), Math.min(59, Number(second)));
  const isDate =
    Number(day) >= 1 && Number(day) <= 31 && Number(hour) <= 23 && Number(minute) <= 59 && full >= 1980 && full <= 2200;
  return isDate ? at - offset * 60_000 : undefined;
}

function offsetOf(zone: string): number | undefined {
  const [, sign, hours, minutes] = /^([+-])(\d{2})(\d{2})$/.exec(zone) ?? [];
  if (sign === undefined) return zones[zone.toLowerCase()];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}
