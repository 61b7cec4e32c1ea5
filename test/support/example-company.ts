import type { Diagnosis } from "../../src/model/cause.ts";
import type { FakeBoard } from "./fake-board.ts";
import { createFakeBoard } from "./fake-board.ts";

const minute = 60_000;
const hour = 3_600_000;

const fullMailbox: Diagnosis = {
  cause: "mailbox-full",
  confidence: "medium",
  about: { account: "sales@example.com" },
  evidence: [{ kind: "compared", code: "login-works", data: { account: "sales@example.com" } }],
  alternatives: ["rate-limit"],
  ruledOut: [
    { cause: "own-network", because: { kind: "compared", code: "egress-passed", data: {} } },
    { cause: "certificate", because: { kind: "compared", code: "certificate-well", data: { host: "imap.example.com" } } },
  ],
  probes: ["sales@example.com/imap-quota"],
};

/** A company with one fault, one thing to mind and everything else well. */
export function createExampleCompany(now: () => number, demonstration = false): FakeBoard {
  const board = createFakeBoard({ now, demonstration });
  const start = now() - 3 * 24 * hour;
  const well = (id: string, metrics: Record<string, number> = {}): void => {
    board.setTransitions(id, [{ from: "unknown", to: "ok", at: start }]);
    board.observe(id, {
      at: now() - 40_000,
      since: start,
      metrics,
      evidence: ["connected to 127.0.0.1:993 in 4 ms", "S: * OK IMAP4rev2 ready", "C: a1 LOGIN [secret]", "S: a1 OK done"],
    });
  };

  board.addProbe("example.com/dns-mx", { target: "example.com" });
  board.addProbe("example.com/dns-dmarc", { target: "_dmarc.example.com" });
  board.addProbe("imap.example.com:993/tls-certificate", { target: "imap.example.com:993" });
  for (const mailbox of ["sales@example.com", "info@example.com", "canary@partner.example"]) {
    const business = mailbox.startsWith("sales") ? "critical" : "normal";
    for (const check of ["imap-login", "imap-quota", "smtp-submission"]) {
      board.addProbe(`${mailbox}/${check}`, {
        target: check.startsWith("smtp") ? "smtp.example.com:465" : "imap.example.com:993",
        business,
      });
      well(`${mailbox}/${check}`, check === "imap-login" ? { login: 0.182 } : {});
    }
  }
  board.addProbe("sales@example.com~canary@partner.example/mail-roundtrip", { target: "sales@ ▶ canary@", business: "critical" });
  board.addProbe("monitor/egress", { target: "192.0.2.1:443", measures: "monitor" });

  well("example.com/dns-mx", { hosts: 2 });
  well("imap.example.com:993/tls-certificate", { "valid-for": 5_400_000 });
  well("sales@example.com~canary@partner.example/mail-roundtrip", { roundtrip: 6.2 });
  well("monitor/egress");

  board.setTransitions("example.com/dns-dmarc", [{ from: "unknown", to: "warning", at: start }]);
  board.observe("example.com/dns-dmarc", {
    at: now() - 3 * minute,
    since: start,
    findings: [{ code: "dmarc-only-watches", data: { domain: "example.com" } }],
    evidence: ["_dmarc.example.com TXT: v=DMARC1; p=none"],
  });

  const full = { code: "mailbox-full", data: { mailbox: "sales@example.com", used: "5.0", size: "5.0" } };
  board.setTransitions("sales@example.com/imap-quota", [
    { from: "ok", to: "unknown", at: now() - 15 * hour },
    { from: "unknown", to: "ok", at: now() - 14.4 * hour },
    { from: "ok", to: "critical", at: now() - 6 * minute },
  ]);
  board.observe("sales@example.com/imap-quota", {
    at: now() - minute,
    since: now() - 6 * minute,
    findings: [full],
    metrics: { used: 1 },
    evidence: ["C: a2 GETQUOTAROOT INBOX", 'S: * QUOTA "" (STORAGE 5242880 5242880)'],
  });
  // The route was not watched before noon: its bar begins later.
  board.setTransitions("sales@example.com~canary@partner.example/mail-roundtrip", [
    { from: "unknown", to: "ok", at: now() - 9 * hour },
  ]);

  board.putIncident({
    id: 1042,
    key: "sales@example.com/imap-quota",
    openedAt: now() - 6 * minute,
    probes: [
      {
        probe: "sales@example.com/imap-quota",
        joinedAt: now() - 6 * minute,
        leftAt: undefined,
        findings: [{ ...full, severity: "critical" }],
      },
    ],
    ...(demonstration ? { diagnosis: fullMailbox } : {}),
  });
  board.putIncident({
    id: 1038,
    key: "example.com/dns-dmarc",
    cause: "dmarc-only-watches",
    priority: "P4",
    severity: "warning",
    openedAt: start,
    acknowledgedBy: "Li",
    acknowledgedUntil: now() + 5 * hour,
    probes: [
      {
        probe: "example.com/dns-dmarc",
        joinedAt: start,
        leftAt: undefined,
        findings: [{ code: "dmarc-only-watches", severity: "warning", data: { domain: "example.com" } }],
      },
    ],
  });
  board.putIncident({
    id: 1040,
    key: "info@example.com/imap-login",
    cause: "login-refused",
    openedAt: now() - 5 * hour,
    resolvedAt: now() - 4.2 * hour,
    probes: [
      {
        probe: "info@example.com/imap-login",
        joinedAt: now() - 5 * hour,
        leftAt: now() - 4.2 * hour,
        findings: [{ code: "login-refused", severity: "critical", data: { account: "info@example.com" } }],
      },
    ],
  });
  board.observe("info@example.com/imap-login", { at: now() - 40_000, since: now() - 4.2 * hour, metrics: { login: 0.182 } });
  board.setTransitions("info@example.com/imap-login", [
    { from: "unknown", to: "ok", at: start },
    { from: "ok", to: "critical", at: now() - 5 * hour },
    { from: "critical", to: "ok", at: now() - 4.2 * hour },
  ]);
  board.setChannels([
    { name: "duty", type: "webhook", brokenSince: undefined, lastError: undefined, lastSentAt: now() - 6 * minute },
  ]);
  return board;
}
