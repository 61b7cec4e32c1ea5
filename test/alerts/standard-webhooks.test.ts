import { createHmac, timingSafeEqual } from "node:crypto";
import { describe, expect, it } from "vitest";
import { payloadOf, signaturesOf, signingKey } from "../../alerts/standard-webhooks.ts";
import { turns } from "../../src/model/incident.ts";
import { makeAlert } from "../support/alerts.ts";

const published = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

describe("signingKey()", () => {
  it.each([
    [published, 24],
    [`  ${published}\n`, 24],
    [`whsec_${Buffer.alloc(64, 7).toString("base64")}`, 64],
    [`whsec_${Buffer.alloc(23, 7).toString("base64")}`, undefined],
    [`whsec_${Buffer.alloc(65, 7).toString("base64")}`, undefined],
    ["MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", undefined],
    ["whsec_not base64 at all, not at all!", undefined],
    ["whsec_", undefined],
    ["", undefined],
  ])("of %j has %s bytes", (secret, length) => {
    expect(signingKey(secret)?.length).toBe(length);
  });
});

describe("signaturesOf()", () => {
  const key = signingKey(published) ?? Buffer.alloc(0);

  it("is the published test vector", () => {
    const signed = signaturesOf([key], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, '{"test": 2432232314}');
    expect(signed).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  });

  it("has one signature a key, which a receiver that knows either one accepts", () => {
    const old = Buffer.alloc(32, 9);
    const body = payloadOf(makeAlert(), false);
    const signatures = signaturesOf([key, old], "msg_1", 5, body).split(" ");
    expect(signatures).toHaveLength(2);
    for (const known of [key, old]) {
      const expected = createHmac("sha256", known).update(`msg_1.5.${body}`).digest();
      const fits = signatures.some((one) => timingSafeEqual(Buffer.from(one.replace("v1,", ""), "base64"), expected));
      expect(fits).toBe(true);
    }
  });
});

describe("payloadOf()", () => {
  it.each(turns)("is of type incident.%s", (turn) => {
    expect(JSON.parse(payloadOf(makeAlert({ turn }), false))).toMatchObject({ type: `incident.${turn}`, data: { turn } });
  });

  it("says what the alert says", () => {
    const alert = makeAlert();
    const { about: incident, at, id: _, ...same } = alert;
    expect(JSON.parse(payloadOf(alert, false))).toEqual({
      type: "incident.opened",
      timestamp: new Date(at).toISOString(),
      data: { ...same, incident },
    });
  });

  it("says of a repeat that it may be one", () => {
    expect(JSON.parse(payloadOf(makeAlert(), true))).toMatchObject({ data: { maybeRepeat: true } });
    expect(payloadOf(makeAlert(), false)).not.toContain("maybeRepeat");
  });

  it("leaves details out, marked, before it is longer than 20 kB", () => {
    const probe = makeAlert().probes[0]!;
    const probes = Array.from({ length: 20 }, () => ({ ...probe, target: "x".repeat(2_000) }));
    const body = payloadOf(makeAlert({ probes }), false);
    expect(Buffer.byteLength(body)).toBeLessThanOrEqual(20_000);
    const { data } = JSON.parse(body);
    expect(data.truncated).toBe(true);
    expect(data.probes.length).toBeGreaterThan(0);
    expect(data.title).toBe(makeAlert().title);
  });
});
