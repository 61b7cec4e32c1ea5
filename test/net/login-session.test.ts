import { describe, expect, test } from "vitest";
import imapLogin from "../../checks/imap-login.ts";
import smtpSubmission from "../../checks/smtp-submission.ts";
import { runProbe } from "../../src/engine/run-probe.ts";
import type { Dial } from "../../src/model/connection.ts";
import { probeOf, testWorld } from "../support/check-tester.ts";
import { scriptImap, scriptSmtp } from "../support/mail-script.ts";
import { mailWorld, password, secretOf } from "../support/mail-world.ts";

describe("assertProved()", () => {
  test.each([
    [imapLogin, scriptImap()],
    [smtpSubmission, scriptSmtp()],
  ] as const)("keeps the password even where a dial forgot to verify", async (check, script) => {
    const world = await mailWorld(script, { presents: "selfSigned" });
    try {
      const { dial } = world.ctx;
      const careless: Dial = (options, signal) =>
        dial?.({ ...options, verify: false }, signal) ?? Promise.reject(new Error("no dial"));
      const options = check.options.parse({ ...world.options, user: "sales@example.test", password: secretOf(password) });
      const outcome = await runProbe(probeOf(check, options), check, testWorld({ ...world.ctx, dial: careless }));
      expect(outcome?.observation.findings.map(({ code }) => code)).toEqual(["check-failed"]);
      expect(world.server.received()).not.toMatch(/LOGIN|AUTH PLAIN|sales/);
    } finally {
      await world.close();
    }
  });
});
