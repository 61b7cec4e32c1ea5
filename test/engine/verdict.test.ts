import { describe, expect, test } from "vitest";
import type { Sight } from "../../src/engine/situation.ts";
import { verdictOn } from "../../src/engine/verdict.ts";
import { sayVerdict } from "../../src/i18n/verdict.ts";
import type { Cause } from "../../src/model/cause.ts";
import type { Measures } from "../../src/model/check.ts";
import type { Severity } from "../../src/model/status.ts";
import { partsOfId } from "../../src/model/probe.ts";
import { statusOf } from "../../src/model/status.ts";

const at = Date.UTC(2026, 2, 4);
const asset = "sales@example.com";

interface Given {
  readonly severity?: Severity;
  readonly code?: string;
  readonly cause?: Cause;
  readonly measures?: Measures;
  readonly host?: string;
}

function sight(
  id: string,
  { severity, code = "broken", cause, measures = "service", host = "mail.example.com" }: Given = {},
): Sight {
  const parts = partsOfId(id);
  const findings = severity === undefined ? [] : [{ code, severity, data: { account: asset, host } }];
  return {
    probe: {
      id,
      ...parts,
      measures,
      target: "",
      business: "normal",
      load: { host, ...(parts.check.endsWith("login") ? { logins: [{ account: parts.asset }] } : {}) },
    },
    status: statusOf(findings),
    findings,
    at,
    declared: (one) => (one === code && cause !== undefined ? { cause, rejects: "definite" } : undefined),
  };
}

/** All that is named bears on the asset, but for what is of another mailbox. */
const verdict = (...sights: readonly Sight[]) =>
  verdictOn({
    asset,
    situation: { sights, now: at },
    bears: new Set(sights.map(({ probe }) => probe.id).filter((id) => !id.startsWith("other@"))),
  });

const login = (given?: Given): Sight => sight(`${asset}/imap-login`, given);
const others = sight("other@example.com/imap-login");

describe("verdictOn", () => {
  test("all well", () => {
    expect(verdict(login(), others)).toEqual({ asset, status: "ok", causes: [], otherwise: { kind: "well", checks: [] } });
  });

  test("a refused password is its own cause, and critical", () => {
    const { status, causes, otherwise } = verdict(login({ severity: "critical", cause: "password-rejected" }), others);
    expect([status, causes.map(({ cause }) => cause), otherwise]).toEqual(["critical", ["password-rejected"], undefined]);
  });

  test("what is wrong with one of those that were compared with is theirs", () => {
    const refused = sight("other@example.com/imap-login", { severity: "critical", cause: "password-rejected" });
    expect(verdict(login(), refused)).toMatchObject({ status: "ok", causes: [], otherwise: { kind: "well" } });
  });

  test("a login that is held back is not known, whatever else is fine", () => {
    const held = login({ severity: "unknown", code: "login-held" });
    expect(verdict(held, sight("example.com/dns-mx"))).toMatchObject({
      status: "unknown",
      otherwise: { kind: "held", account: asset },
    });
  });

  test("what could not be judged counts where it is the mailbox's own, and not where port 25 is closed here", () => {
    const unclear = { severity: "unknown", code: "unclear" } as const;
    expect(verdict(login(unclear))).toMatchObject({
      status: "unknown",
      otherwise: { kind: "not-judged", checks: ["imap-login"] },
    });
    expect(verdict(login(), sight("example.com/smtp-mx", unclear))).toMatchObject({ status: "ok", otherwise: { kind: "well" } });
    expect(verdict(login(), sight(`${asset}~far@partner.test/mail-roundtrip`, unclear))).toMatchObject({ status: "unknown" });
  });

  test("a weak record keeps nobody from mail; a date to come is a warning where all else is well", () => {
    const weak = sight("example.com/dns-dmarc", { severity: "warning", measures: "posture" });
    expect(verdict(login(), weak)).toMatchObject({ status: "ok", otherwise: { kind: "weak" } });
    const ending = sight("mail.example.com:993/tls-certificate", { severity: "warning", measures: "expiry" });
    expect(verdict(login(), ending)).toMatchObject({ status: "warning", otherwise: { kind: "weak" } });
    expect(verdict(login({ severity: "unknown", code: "login-held" }), ending)).toMatchObject({ status: "unknown" });
  });

  test("a mailbox that works is no victim of what it stands on: that is a warning, and heads nothing", () => {
    const unpaid = { severity: "critical", measures: "expiry", cause: "subscription-expired" } as const;
    const ended = sight("subscription:exmail/subscription-expiry", unpaid);
    const smtp = sight(`${asset}/smtp-submission`);
    expect(verdict(login(), smtp, ended, others)).toMatchObject({
      status: "warning",
      causes: [{ cause: "subscription-expired", confidence: "high" }],
      otherwise: { kind: "works" },
    });
    const listed = sight("example.com/dnsbl-listing", { severity: "critical", measures: "posture", cause: "blacklisted" });
    const two = verdict(login(), listed, ended);
    expect([two.status, two.otherwise?.kind, two.causes.length]).toEqual(["warning", "works", 2]);
    // Nobody was let in, a mail does not arrive, or nothing comes in any more: there it heads.
    expect(verdict(login({ severity: "unknown", code: "unclear" }), ended)).toMatchObject({ otherwise: undefined });
    expect(verdict(ended)).toMatchObject({ status: "critical", otherwise: undefined });
    const lost = sight(`${asset}~far@partner.test/mail-roundtrip`, { severity: "critical", cause: "silent-loss" });
    expect(verdict(login(), lost, ended)).toMatchObject({ status: "critical", otherwise: undefined });
    const gone = sight("example.com/dns-drift", { severity: "critical", measures: "posture", cause: "mx-changed" });
    expect(verdict(login(), gone)).toMatchObject({ status: "critical", otherwise: undefined });
    // The bill locks another mailbox out, which is that one's trouble.
    const locked = sight("other@example.com/imap-login", { severity: "critical", cause: "account-locked" });
    expect(verdict(login(), ended, locked)).toMatchObject({ status: "warning", otherwise: { kind: "works" } });
  });

  test("a network without port 25 or IPv6 is nobody's fault; one without a way out is", () => {
    const blocked = sight("monitor/port25", { severity: "warning", measures: "monitor", cause: "own-port-blocked" });
    expect(verdict(login(), blocked)).toMatchObject({ causes: [] });
    const dead = sight("monitor/egress", { severity: "critical", measures: "monitor", cause: "own-network" });
    expect(verdict(login({ severity: "unknown", code: "own-side" }), dead).causes.map(({ cause }) => cause)).toEqual([
      "own-network",
    ]);
  });
});

describe("sayVerdict", () => {
  const lookup = { finding: () => undefined, title: (check: string) => ({ en: `title of ${check}`, zh: `${check} 的标题` }) };

  test("without a cause says why in both languages, with the titles of the checks", () => {
    const unclear = verdict(login({ severity: "unknown", code: "unclear" }));
    expect(sayVerdict(unclear, "en", lookup).summary).toBe(
      "sales@example.com: no fault was found, but not everything could be judged: title of imap-login.",
    );
    expect(sayVerdict(unclear, "zh-CN", lookup).summary).toBe(
      "sales@example.com：没有发现故障，但有些项目无法判断：imap-login 的标题。",
    );
  });

  test("says first that it works, then what else is not in order, in both languages", () => {
    const ended = sight("subscription:exmail/subscription-expiry", {
      severity: "critical",
      measures: "expiry",
      cause: "subscription-expired",
    });
    const listed = sight("example.com/dnsbl-listing", { severity: "critical", measures: "posture", cause: "blacklisted" });
    const fine = verdict(login(), ended, listed);
    const { summary, causes } = sayVerdict(fine, "en", lookup);
    expect(summary).toBe(
      `sales@example.com works. Something else that it stands on is not in order: ${causes.map(({ title }) => title).join("; ")}.`,
    );
    expect(causes).toHaveLength(2);
    expect(sayVerdict(fine, "zh-CN", lookup).summary).toMatch(
      /^sales@example\.com 可以正常使用。但它所依赖的其他项目有问题：.+；.+。$/,
    );
  });

  test("with a cause is the paragraph of the first", () => {
    const { summary, causes } = sayVerdict(verdict(login({ severity: "critical", cause: "password-rejected" })), "en", lookup);
    expect(summary).toBe(causes[0]?.paragraph);
    expect(summary).toContain(asset);
  });
});
