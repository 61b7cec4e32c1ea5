import type { Incident } from "../../src/model/incident.ts";
import type { Change } from "../../src/model/account.ts";
import type { Snapshot } from "../../src/report/delivery-rate.ts";
import { monthWindow } from "../../src/model/month.ts";
import { makeReport, type Report, type Watched } from "../../src/report/monthly.ts";

const hour = 3_600_000;
const minute = 60_000;
const day = 24 * hour;
const timezone = "Asia/Shanghai";
const window = monthWindow("2026-10", timezone);
const at = (dayOfMonth: number, hours: number, minutes = 0): number =>
  window.from + (dayOfMonth - 1) * day + hours * hour + minutes * minute;

const watched = (
  asset: string,
  check: string,
  changes: readonly (readonly [at: number, to: Change["to"]])[],
  more: Partial<Watched> = {},
): Watched => ({
  id: `${asset}/${check}`,
  asset,
  check,
  measures: "service",
  answers: "read",
  business: "normal",
  ours: true,
  changes: [{ at: window.from - day, to: "ok" }, ...changes.map(([when, to]) => ({ at: when, to }))],
  ...more,
});

type Counted = readonly [sent: number, found: number, late: number, lost: number, returned: number, junk: number];
const counted = (...each: readonly Counted[]): readonly Snapshot[] =>
  each.map(([sent, found, late, lost, returned, junk], index) => ({
    at: index === 0 ? window.from : window.to,
    totals: { sent, found, late, lost, returned, junk },
  }));

const incident = (id: number, more: Partial<Incident> & Pick<Incident, "openedAt" | "resolvedAt">): Incident => ({
  id,
  cause: "connect-timeout",
  key: "x",
  priority: "P2",
  severity: "critical",
  unconfirmed: false,
  acknowledgedBy: undefined,
  acknowledgedUntil: undefined,
  turnCount: 2,
  lastTurnAt: 0,
  probes: [{ probe: "sales@example.com/imap-login", joinedAt: 0, leftAt: undefined, findings: [] }],
  ...more,
});

const explained = (cause: "mailbox-full" | "provider-outage", probes: readonly string[]): Incident["diagnosis"] => ({
  cause,
  confidence: "high",
  about: {},
  evidence: [],
  alternatives: [],
  ruledOut: [],
  probes,
});

/** One month of a company, as it could have been: an outage of the provider, a full mailbox, a gap of our own. */
export const madeUpMonth = (more: { readonly now?: number } = {}): Report =>
  makeReport({
    month: "2026-10",
    window,
    now: more.now ?? window.to + day,
    target: 0.999,
    company: "示例贸易 Example Trading",
    timezone,
    version: "0.1.0",
    probes: [
      watched(
        "sales@example.com",
        "imap-login",
        [
          [at(8, 9, 2), "critical"],
          [at(8, 9, 49), "ok"],
          [at(20, 14), "critical"],
          [at(20, 14, 20), "ok"],
        ],
        {
          business: "critical",
        },
      ),
      watched(
        "sales@example.com",
        "imap-quota",
        [
          [at(7, 9), "warning"],
          [at(8, 9, 49), "ok"],
        ],
        { business: "critical" },
      ),
      watched("info@example.com", "imap-login", [
        [at(20, 14, 1), "critical"],
        [at(20, 14, 22), "ok"],
      ]),
      watched(
        "canary@example.net~sales@example.com",
        "mail-roundtrip",
        [
          [at(25, 3), "unknown"],
          [at(25, 5, 30), "ok"],
        ],
        {
          business: "critical",
          answers: "receive",
          delivery: { way: "in", snapshots: counted([720, 716, 2, 0, 1, 3], [1_438, 1_428, 3, 1, 5, 6]) },
        },
      ),
      watched("sales@example.com~canary@example.net", "mail-roundtrip", [], {
        answers: "receive",
        delivery: { way: "out", snapshots: counted([10, 10, 0, 0, 0, 0], [40, 37, 0, 2, 0, 4]) },
      }),
      watched("hr@example.com", "imap-login", []),
      watched("example.com", "dns-dmarc", [[at(2, 0), "warning"]], { measures: "posture" }),
      watched(
        "backup:nightly",
        "backup-freshness",
        [
          [at(12, 4), "critical"],
          [at(12, 10), "ok"],
        ],
        { measures: "expiry" },
      ),
    ],
    incidents: [
      incident(1042, {
        openedAt: at(8, 9, 2),
        resolvedAt: at(8, 9, 49),
        acknowledgedBy: "李工",
        diagnosis: explained("mailbox-full", ["sales@example.com/imap-login"]),
      }),
      incident(1043, {
        priority: "P1",
        openedAt: at(20, 14),
        resolvedAt: at(20, 14, 22),
        diagnosis: explained("provider-outage", ["sales@example.com/imap-login", "info@example.com/imap-login"]),
        probes: ["sales@example.com", "info@example.com", "a@example.com", "b@example.com", "c@example.com"].map((asset) => ({
          probe: `${asset}/imap-login`,
          joinedAt: 0,
          leftAt: undefined,
          findings: [],
        })),
      }),
      incident(1044, {
        priority: "P4",
        cause: "policy-none",
        severity: "warning",
        openedAt: at(2, 0),
        resolvedAt: undefined,
        probes: [{ probe: "example.com/dns-dmarc", joinedAt: 0, leftAt: undefined, findings: [] }],
      }),
    ],
    undecided: 0,
    titleOf: (check) => (check === "dns-dmarc" ? { en: "DMARC", zh: "DMARC 策略" } : undefined),
    before: [0.99941, 0.9999, 1, 0.99987, 0.998, 1, 0.9995, undefined, 0.99999, 0.99952, 0.9982].map((value, index) => ({
      month: `${index < 2 ? 2025 : 2026}-${String(((index + 10) % 12) + 1).padStart(2, "0")}`,
      availability: { value, low: value ?? 0, high: value ?? 1, coverage: value === undefined ? 0 : index === 6 ? 0.9 : 1 },
      verdict: value === undefined ? ("undecided" as const) : value >= 0.999 ? ("met" as const) : ("missed" as const),
      outages: value === undefined || value === 1 ? 0 : 1,
      upMs: value === undefined ? 0 : 30 * day,
    })),
    ends: [
      { what: "example.com", at: Date.UTC(2027, 0, 6), owner: undefined },
      { what: "腾讯企业邮 50 用户", at: Date.UTC(2026, 11, 1), owner: "财务部（李女士）" },
    ],
  });
