import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Cause } from "../../src/model/cause.ts";
import { causes } from "../../src/model/cause.ts";
import { diagnose } from "../../src/engine/diagnose.ts";
import type { Change } from "../../src/engine/situation.ts";
import { codes, diagnosed, many, minute, now, readCases, short, sight, well } from "./situations.ts";

const table = readCases(readFileSync(new URL("../fixtures/diagnoses.txt", import.meta.url), "utf8"));

describe("diagnose()", () => {
  test.each(table)("$about: $what", ({ lines, expected }) => {
    expect(
      diagnosed(...lines)
        .map(short)
        .join(", ") || "nothing",
    ).toBe(expected);
  });

  test("comes to every cause", () => {
    const named = new Set<Cause>(table.flatMap(({ lines }) => diagnosed(...lines).map(({ cause }) => cause)));
    expect(causes.filter((cause) => !named.has(cause))).toEqual([]);
  });

  test("is shown at least eighty situations", () => {
    expect(table.length).toBeGreaterThanOrEqual(80);
  });
});

describe("what a diagnosis tells", () => {
  test("names the zone once, not its forty victims", () => {
    const [zone] = diagnosed(
      ...well,
      "x.cn/dns-consistency zone-dead",
      ...many(40, (n) => `b${n}@x.cn/imap-login imap.x.cn name-not-found`),
    );
    expect(zone).toMatchObject({ about: { domain: "x.cn" }, alternatives: [] });
    expect(codes(zone?.evidence ?? [])).toEqual(["zone-dead", "name-not-found"]);
  });

  test("keeps the five causes of one text open, without those that are ruled out", () => {
    const [alone] = diagnosed(...well, "a@x.cn/imap-login imap.exmail.qq.com login-refused");
    expect(alone?.alternatives).toEqual([
      "password-rejected",
      "account-locked",
      "client-access-off",
      "password-expired",
      "rate-limit",
    ]);
    expect(alone?.ruledOut.map(({ cause }) => cause)).toEqual(["own-network", "own-resolver", "tls-intercepted"]);
    const [compared] = diagnosed(
      ...well,
      "a@x.cn/imap-login imap.exmail.qq.com login-refused",
      "b@x.cn/imap-login imap.exmail.qq.com ok",
      "a@x.cn/imap-quota imap.exmail.qq.com ok @-120",
    );
    expect(compared?.alternatives).toEqual(["account-locked", "client-access-off", "password-expired"]);
    expect(compared?.ruledOut.map(({ cause }) => cause)).toEqual(expect.arrayContaining(["provider-outage", "mailbox-full"]));
    expect(codes(compared?.evidence ?? [])).toEqual(["login-refused", "others-get-in"]);
  });

  test("says what SMTP accepted", () => {
    const [off] = diagnosed(
      ...well,
      "a@x.cn/imap-login imap.exmail.qq.com login-refused",
      "a@x.cn/smtp-submission smtp.exmail.qq.com ok",
    );
    expect(off?.about).toMatchObject({ account: "a@x.cn", protocol: "IMAP" });
    expect(off?.evidence[1]).toEqual({
      kind: "compared",
      code: "protocol-gets-in",
      data: { account: "a@x.cn", protocol: "SMTP" },
    });
  });

  test("does not take a password for right that was taken before it was refused", () => {
    const smtp = "a@x.cn/smtp-submission mail.x.cn login-rejected since-1";
    const cause = (...lines: readonly string[]) =>
      diagnosed(...well, ...lines).map((one) => [one.cause, one.confidence, one.alternatives]);
    expect(cause(smtp, "a@x.cn/imap-login mail.x.cn ok @-1.5")).toEqual([["password-rejected", "medium", ["client-access-off"]]]);
    expect(cause(smtp, "a@x.cn/imap-login mail.x.cn ok @-0.5")).toEqual([["client-access-off", "medium", ["rate-limit"]]]);
  });

  test("names what is wrong with the sender's records beside a refusal", () => {
    const [refused] = diagnosed(
      ...well,
      "x.cn/dns-spf spf-missing",
      "a@x.cn~p@p.cn/mail-roundtrip send-refused causes=authentication",
    );
    expect(codes(refused?.evidence ?? [])).toContain("spf-missing");
  });

  test("goes by a change that is over, too, for a day", () => {
    const lost = ["p@p.cn~a@x.cn/mail-roundtrip lost"].map(sight);
    const changed = (hours: number): Change => ({
      probe: "x.cn/dns-drift",
      asset: "x.cn",
      at: now - hours * 60 * minute,
      finding: { code: "records-changed", severity: "warning", data: { changes: "MX: mx.a ▶ mx.b" } },
    });
    const causeAfter = (hours: number) => diagnose({ sights: lost, now, changes: [changed(hours)] }).map(({ cause }) => cause);
    expect([causeAfter(2), causeAfter(30)]).toEqual([["mx-changed"], ["silent-loss"]]);
  });

  test("is less sure of others while our own side is ill", () => {
    const [rejected] = diagnosed("monitor/resolver resolver-silent", "a@x.cn/imap-login mail.x.cn login-rejected").filter(
      ({ cause }) => cause === "password-rejected",
    );
    expect(rejected?.confidence).toBe("medium");
    expect(codes(rejected?.evidence ?? [])[0]).toBe("own-side-fails");
  });
});
