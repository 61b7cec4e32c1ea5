import { afterAll, beforeAll, describe, expect, test } from "vitest";
import check from "../../checks/mail-roundtrip.ts";
import { runProbe } from "../../src/engine/run-probe.ts";
import { createDial } from "../../src/net/dial.ts";
import { askSpamd } from "../../src/net/spamd.ts";
import { arrived, type Given } from "../support/arrived-mail.ts";
import { probeOf, testWorld } from "../support/check-tester.ts";
import { type Spamd, startSpamd } from "../support/spamd.ts";
import { createZone } from "../support/zone.ts";

// The real SpamAssassin judges probe mails as they lie in a mailbox.

const [open, shut] = ["127.0.78.1", "127.0.78.2"];
let spamds: readonly Spamd[] = [];
beforeAll(async () => {
  spamds = await Promise.all([startSpamd(open), startSpamd(shut, "192.0.2.1")]);
}, 60_000);
afterAll(async () => {
  await Promise.all(spamds.map((one) => one.stop()));
});

/** https://spamassassin.apache.org/gtube/ */
const gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X";

async function run(given: Given) {
  const { memory, world } = arrived(given);
  const made = await world();
  try {
    const outcome = await runProbe(probeOf(check, check.options.parse(made.options)), check, testWorld({ memory, ...made.ctx }));
    if (!outcome) throw new Error("no outcome");
    return outcome;
  } finally {
    await made.close?.();
  }
}

describe("mail-roundtrip with spamd", () => {
  test("a probe mail gets a score, far from the limit", async () => {
    const { observation } = await run({ options: { spamd: { host: open, port: 783 } } });
    expect(observation.findings).toEqual([]);
    expect(observation.metrics["spamScore"]).toBeLessThan(3.5);
    expect(observation.evidence.join("\n")).toContain("spamd 127.0.78.1:783: SPAMD/1.1 0 EX_OK");
  });

  test("a mail that every filter calls spam is told with the rule that did it", async () => {
    const { observation } = await run({
      options: { spamd: { host: open, port: 783 } },
      changed: (raw) => raw.replace("Hello", `Hello\r\n\r\n${gtube}`),
    });
    const found = observation.findings.find(({ code }) => code === "spam-score-high");
    expect(found?.data["rules"]).toMatch(/^GTUBE 1000\b/);
    expect(found?.data["threshold"]).toBe(5);
    expect(observation.status).toBe("warning");
  });

  test("one that does not let us in blames nobody", async () => {
    const { observation } = await run({ options: { spamd: { host: shut, port: 783 } } });
    expect(observation.findings.map(({ code, severity }) => `${code} ${severity}`)).toEqual(["spamd-unread info"]);
    expect(observation.status).toBe("ok");
  });

  test("a mail in GBK, an empty one and noise are judged, too", async () => {
    const { ask } = createZone({});
    const world = { dial: createDial({ ask, extraAuthorities: [] }), note: () => undefined };
    const wait = { timeoutMs: 30_000, signal: new AbortController().signal };
    const mails = [
      Buffer.concat([Buffer.from("Subject: x\r\n\r\n"), Buffer.from([0xc4, 0xe3, 0xba, 0xc3])]),
      Buffer.from("\r\n"),
      Buffer.from(Array.from({ length: 5_000 }, (_, at) => (at * 7) % 256)),
    ];
    for (const mail of mails) {
      const answer = await askSpamd(world, { host: open, port: 783 }, mail, wait);
      expect(answer).toMatchObject({ report: { threshold: 5 } });
    }
  });
});
