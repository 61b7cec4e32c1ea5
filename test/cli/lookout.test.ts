import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import imapLogin from "../../checks/imap-login.ts";
import { keyOf } from "../../src/cli/lookout.ts";
import { probeOf } from "../support/check-tester.ts";
import { secretOf } from "../support/mail-world.ts";

const probe = probeOf(
  imapLogin,
  imapLogin.options.parse({ host: "mail.example.test", user: "li@example.test", password: secretOf("x") }),
);

describe("keyOf", () => {
  test.each([
    ["imap-login", false],
    ["mail-roundtrip", true],
    ["mail-forward", true],
  ])("a run of %s makes a key that stays: %s", async (check, stays) => {
    const data = await mkdtemp(join(tmpdir(), "mailvigil-key-"));
    try {
      const key = keyOf(data, [{ ...probe, check }]);
      expect(key.length).toBe(32);
      expect(existsSync(join(data, "key"))).toBe(stays);
      expect(keyOf(data, [probe]).equals(key)).toBe(stays);
    } finally {
      await rm(data, { recursive: true });
    }
  });
});
