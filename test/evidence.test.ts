import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import Sqlite from "better-sqlite3";
import { createMasker } from "../src/config/mask.ts";
import { renderEvidence } from "../src/engine/evidence-pack.ts";
import { gatherEvidence } from "../src/evidence.ts";
import type { Diagnosis } from "../src/model/cause.ts";
import type { CheckContext, CheckResult } from "../src/model/check.ts";
import type { Mask } from "../src/model/secret.ts";
import { openForReading } from "../src/store/database.ts";
import { installationKey } from "../src/store/installation-key.ts";
import { readIncident } from "../src/store/incidents.ts";
import { newJourney, journeyToJson } from "../src/mail/probe-journey.ts";
import { beginning, evidenceWorld, type EvidenceTestWorld, minute, route, sales } from "./support/evidence-world.ts";

const golden = join(import.meta.dirname, "fixtures/evidence/M-1.md");

const answers = [
  "resolve: 3 ms",
  "connect 192.0.2.11:993: 12 ms",
  "tls 192.0.2.11:993: TLSv1.3, TLS_AES_256_GCM_SHA384, 21 ms",
  "S: * OK ready",
  "C: m1 LOGIN sales@own.test [password]",
  "S: m1 NO [CONTACTADMIN] The account is locked, call 198.51.100.9:25",
];

/** Well but for a while, in which `sales` cannot log in. */
const lockedFrom =
  (from: number, until: number, lines: readonly string[] = answers) =>
  (ctx: CheckContext, probe: string): CheckResult<string, string> => {
    const at = (ctx.now() - beginning) / minute;
    const isLocked = probe === sales && at >= from && at < until;
    for (const line of isLocked ? lines : ["connect 192.0.2.11:993: 10 ms"]) ctx.note(line);
    const data = { phase: "auth", host: "imap.own.test", port: 993, user: "sales@own.test", command: "LOGIN" };
    const reason = "“NO [CONTACTADMIN] The account is locked”";
    return { findings: isLocked ? [{ code: "account-locked", data: { ...data, reason } }] : [] };
  };

const locked: Diagnosis = {
  cause: "account-locked",
  confidence: "high",
  about: { account: "sales@own.test", host: "imap.own.test" },
  evidence: [{ kind: "compared", code: "others-get-in", data: { list: "boss@own.test" } }],
  alternatives: [],
  ruledOut: [
    {
      cause: "server-down",
      because: { kind: "compared", code: "host-answers", data: { host: "imap.own.test", list: "boss@own.test" } },
    },
  ],
  probes: [sales],
};

const plain: Mask = (text) => text;

function pack(world: EvidenceTestWorld, { id = 1, mask = plain }: { readonly id?: number; readonly mask?: Mask } = {}): string {
  const incident = readIncident(world.db, id);
  if (!incident) throw new Error(`there is no incident ${id}`);
  return renderEvidence(gatherEvidence(about(world, mask), { incident }));
}

const about = (world: EvidenceTestWorld, mask: Mask = plain) => ({
  db: world.db,
  plan: world.plan,
  checks: world.checks,
  mask,
  demonstration: false,
  data: world.folder,
  now: world.clock.now,
});

/** Where it runs, and its version, are not the same everywhere. */
const alike = (text: string): string =>
  text
    .replace(/^- Observer: Mailvigil \S+ on .*$/m, "- Observer: Mailvigil X on HOST")
    .replace(/^- Addresses of the observer: .*\n/m, "");

async function rounds(world: EvidenceTestWorld, count: number): Promise<EvidenceTestWorld> {
  for (let i = 0; i < count; i += 1) await world.round();
  return world;
}

/** The lines outside of fences; throws where a fence is not closed. */
function outside(markdown: string): readonly string[] {
  const lines: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split("\n")) {
    const opened = /^(`{3,})text$/.exec(line)?.[1];
    if (fence === undefined && opened !== undefined) fence = opened;
    else if (fence === undefined) lines.push(line);
    else if (/^`+$/.test(line) && line.length >= fence.length) fence = undefined;
  }
  if (fence !== undefined) throw new Error("a block is still open");
  return lines;
}

const headsOf = (markdown: string): readonly string[] => outside(markdown).filter((line) => /^ {0,3}#{1,6}(\s|$)/.test(line));

describe("an evidence pack", () => {
  test("tells all that the support of a provider needs, in both languages", async () => {
    const world = evidenceWorld(lockedFrom(3, 8), () => [locked]);
    await rounds(world, 12);
    const text = alike(pack(world));
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(golden, text);
    expect(text).toBe(readFileSync(golden, "utf8"));
  });

  test("says each time once where the company keeps UTC", async () => {
    const world = await rounds(evidenceWorld(lockedFrom(3, 8)), 12);
    const facts = gatherEvidence(about(world), { probe: sales });
    expect(renderEvidence(facts)).toContain("2026-11-22 01:03:05 UTC (2026-11-22 09:03:05 UTC+8)");
    const text = renderEvidence({ ...facts, timezone: "UTC" });
    expect(text).toContain("2026-11-22 01:03:05 UTC");
    expect(text).not.toContain("UTC (");
  });

  test("is not over while it lasts, and a probe alone has the same one without a comparison", async () => {
    const world = await rounds(evidenceWorld(lockedFrom(3, 99)), 9);
    const text = pack(world);
    expect(text).toContain("- Until · 结束: not over yet · 仍未恢复");
    expect(text).toContain("- Seen · 次数: 7 of 7 runs failed, every 1 min · 共检测 7 次，7 次失败，每 1 分钟一次");
    expect(text).toContain("First failed run, 2026-11-22 01:03:05 UTC (2026-11-22 09:03:05 UTC+8) · 首次失败，");
    expect(text).toContain(
      "Latest failed run on record, 2026-11-22 01:09:05 UTC (2026-11-22 09:09:05 UTC+8) · 最近一次有记录的失败，",
    );
    expect(text).toContain("No cause was worked out; this is what was found:\n\n- sales@own.test is shut out");
    expect(text).toContain("没有得出原因，以下是检测到的情况：\n\n- sales@own.test 的邮箱");
    const alone = renderEvidence(gatherEvidence(about(world), { probe: sales }));
    expect(alone.split("\n").slice(1)).toEqual(text.split("\n").slice(1));
    expect(alone).toMatch(/^# sales@own\.test\/imap-login · /);
  });

  test("of a probe alone is explained by the incident that holds it", async () => {
    const world = await rounds(
      evidenceWorld(lockedFrom(3, 99), () => [locked]),
      6,
    );
    const text = renderEvidence(gatherEvidence(about(world), { probe: sales }));
    expect(text).toContain("\n\nConfidence: sure\n\n");
    expect(text).toContain("- Server down: imap.own.test answers other checks");
  });

  test("of a probe that has never failed says so, with its latest run", async () => {
    const world = await rounds(evidenceWorld(lockedFrom(99, 99)), 3);
    const text = renderEvidence(gatherEvidence(about(world), { probe: "boss@own.test/imap-login" }));
    expect(text).toContain("**boss@own.test: IMAP login has found nothing wrong.**");
    expect(text).toContain("Latest run, 2026-11-22 01:03:05 UTC");
    expect(text).toContain("| `192.0.2.11` | 993 | IPv4 | - | - |");
  });

  test("names nothing of other providers and of partners", async () => {
    const world = await rounds(evidenceWorld(lockedFrom(3, 8)), 12);
    const text = pack(world);
    expect(text).toContain("- `boss@own.test` IMAP login · IMAP 登录 (`imap.own.test:993`): 5 runs, all well");
    expect(text).toContain("2 more checks of other servers were well the whole time · 其他服务器的 2 项检测全程正常");
    expect(text).not.toMatch(/other\.test|partner\.test/);
  });

  test("names the mails of a round trip by their Message-IDs, also those that never arrived", async () => {
    const past = [
      { seq: 1, random: "00112233445566aa", sentAt: beginning, found: true },
      { seq: 2, random: "00112233445566bb", sentAt: beginning + minute, found: false },
    ];
    const world = evidenceWorld((ctx, probe) => {
      const memory = journeyToJson({ ...newJourney, seq: 2, past });
      const isLost = probe === route && ctx.now() > beginning + 2 * minute;
      const data = { from: "sales@own.test", to: "canary@far.test", number: 2, minutes: 30 };
      const facts = [{ kind: "sending-address", value: "192.0.2.99", asset: "own.test" }];
      return { findings: isLost ? [{ code: "lost", data }] : [], ...(probe === route ? { memory, facts } : {}) };
    });
    const key = installationKey(world.folder);
    await rounds(world, 4);
    const text = pack(world);
    expect(key).toHaveLength(32);
    expect(text).toMatch(/\| `<1\.00112233445566aa\.[0-9a-f]{32}@own\.test>` \| 2026-11-22 01:00:05 \| yes · 是 \|/);
    expect(text).toMatch(/\| `<2\.00112233445566bb\.[0-9a-f]{32}@own\.test>` \| 2026-11-22 01:01:05 \| no · 否 \|/);
    expect(text).toContain("Our mail leaves from: 192.0.2.99");
    expect(text).toContain("Please check the delivery of mail for sales@own.test to canary@far.test");
  });

  test("stays small after 10,000 changes of status, and asks the database no more often than before", async () => {
    const world = evidenceWorld((ctx, probe) =>
      lockedFrom(0, 1e9)(ctx, Math.round((ctx.now() - beginning) / minute) % 2 === 0 ? probe : ""),
    );
    await world.round();
    await world.round();
    const before = gatherCounting(world);
    // What the engine writes for each swing, 10,000 times.
    fill(world, 10_000);
    world.clock.now = beginning + 10_010 * minute;
    const after = gatherCounting(world);
    expect(after.reads).toBe(before.reads);
    expect(Math.max(...after.facts.probes.map(({ transitions }) => transitions.length))).toBe(40);
    const text = renderEvidence(after.facts);
    expect(text).toMatch(/1000\d changes in this time; the latest 40 are shown\./);
    expect(text.length).toBeLessThan(60_000);
    expect(text.split("\n").filter((line) => line.startsWith("| 2026-")).length).toBeLessThan(80);
  }, 60_000);

  test("is made of a database that an older version wrote, read-only", async () => {
    const world = await rounds(evidenceWorld(lockedFrom(3, 8)), 12);
    const file = join(world.folder, "mailvigil.db");
    world.stop();
    const old = new Sqlite(file);
    old.exec(
      "DROP INDEX IF EXISTS incident_merged; ALTER TABLE incident DROP COLUMN merged_into; ALTER TABLE incident DROP COLUMN diagnosis; PRAGMA user_version = 1; PRAGMA wal_checkpoint(TRUNCATE)",
    );
    old.close();
    const db = openForReading(world.folder);
    if (!db) throw new Error("there is no database");
    onTestFinished(() => db.close());
    const text = pack({ ...world, db });
    expect(text).toContain("No cause was worked out");
    expect(text).toContain("Failed run, 2026-11-22 01:03:05 UTC (2026-11-22 09:03:05 UTC+8)");
  });
});

/** An incident that is open since then, with what the store holds of its probe. */
function openSince(world: EvidenceTestWorld, at: number) {
  const incident = world.board.incidents().find(({ probes }) => probes.some(({ probe }) => probe === sales));
  if (!incident) throw new Error("there is no incident");
  return { ...incident, openedAt: at, resolvedAt: undefined };
}

/** The pack of an incident that has been open from the beginning, and how often the database was asked for it. */
function gatherCounting(world: EvidenceTestWorld) {
  let reads = 0;
  const read: typeof world.db.read = (work) => {
    reads += 1;
    return world.db.read(work);
  };
  const facts = gatherEvidence({ ...about(world), db: { ...world.db, read } }, { incident: openSince(world, beginning) });
  return { facts, reads };
}

function fill({ db }: EvidenceTestWorld, count: number): void {
  const from = beginning + 5 * minute;
  db.transaction(() => {
    const { probe } = db.sql.prepare<[string], { probe: number }>("SELECT probe FROM probe WHERE id = ?").get(sales) ?? {
      probe: 0,
    };
    const change = db.sql.prepare(
      "INSERT INTO transition (probe, at, confirmed_at, from_status, to_status) VALUES (?, ?, ?, ?, ?)",
    );
    const whole = db.sql.prepare("INSERT INTO evidence (probe, at, kept, observation) VALUES (?, ?, 1, ?)");
    const run = db.sql.prepare("INSERT INTO observation (probe, at, outcome, duration_ms) VALUES (?, ?, 1, 20)");
    for (let i = 0; i < count; i += 1) {
      const [at, status, before] = [from + i * minute, i % 2 === 0 ? "critical" : "ok", i % 2 === 0 ? "ok" : "critical"];
      change.run(probe, at, at, before, status);
      whole.run(
        probe,
        at,
        JSON.stringify({ probe: sales, status, findings: [], metrics: {}, evidence: answers, at, durationMs: 20 }),
      );
      run.run(probe, at);
    }
  });
}

describe("text from the network", () => {
  const hostile = [
    "S: ```",
    "S: ````````",
    "```",
    "# not a heading",
    "S: \u202eevil\u200b \x1b[31mred\x00 \u2028 line",
    "</details><script>alert(1)</script> ![x](http://evil.example/x.png) [a](javascript:1) | cell |",
    "certificate CN=x; issuer `a|b` <b>; 2026-01-01T00:00:00 to 2027-01-01T00:00:00; names x; SHA-256 " + "a".repeat(64),
    "connect 999.1.1.1:25: x, [::1]:143: y, 192.0.2.7:70000",
  ];

  test("breaks no block, makes no heading, link or cell, and drives no terminal", async () => {
    const calm = await rounds(evidenceWorld(lockedFrom(3, 5)), 6);
    const world = evidenceWorld((ctx, probe) => {
      const bad = lockedFrom(3, 5, hostile)(ctx, probe);
      const data = {
        host: "`|`",
        user: "# x\n- [a](http://evil.example)",
        reason: "“<img src=x> www.evil.example https://evil.example *b* _c_ ~~d~~”",
      };
      return { findings: bad.findings.map((finding) => ({ ...finding, data: { ...finding.data, ...data } })) };
    });
    await rounds(world, 6);
    const text = pack(world);
    expect(headsOf(text)).toEqual(headsOf(pack(calm)));
    // oxlint-disable-next-line no-control-regex -- what must not be there
    expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\u200b-\u200f\u2028-\u202e]/);
    const shown = outside(text).join("\n");
    expect(shown).not.toMatch(
      /(?<!\\)<(?:img|script|b>|\/details)|(?<!\\)\]\((?:http|javascript)|(?<!\\)www\.evil|evil\.example\/x/,
    );
    expect(shown).not.toMatch(/https?:\/\/evil/);
    for (const block of shown.split("\n\n").filter((each) => each.startsWith("| "))) {
      const cells = block.split("\n").map((line) => line.replaceAll(/\\./g, "").split("|").length);
      expect(new Set(cells).size, block).toBe(1);
    }
    expect(text).toContain("\\u202eevil\\u200b \\x1b[31mred\\x00 \\u2028 line");
  });

  test("of any kind leaves the pack as it is built", async () => {
    const calm = headsOf(pack(await rounds(evidenceWorld(lockedFrom(3, 5)), 6)));
    const piece = fc.oneof(
      fc.string({ unit: "binary", maxLength: 40 }),
      fc.constantFrom(
        "```",
        "\n# x",
        "|",
        "<a>",
        "\r\n\r\n",
        "~~~",
        "    code",
        "- - -",
        "===",
        "[x]: http://a",
        "\\",
        "`",
        "1. x",
        "> q",
      ),
    );
    const lines = fc.array(
      fc.array(piece, { maxLength: 5 }).map((parts) => parts.join("")),
      { maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(lines, lines, async (said, words) => {
        const world = evidenceWorld((ctx, probe) => {
          const bad = lockedFrom(3, 5, said)(ctx, probe);
          const data = { reason: words.join(" "), user: words[0] ?? "", host: words[1] ?? "" };
          return { findings: bad.findings.map((finding) => ({ ...finding, data: { ...finding.data, ...data } })) };
        });
        await rounds(world, 6);
        expect(headsOf(pack(world))).toEqual(calm);
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});

test("no configured secret is in a pack, in whatever form it was said, also where it was stored before it was known", async () => {
  const secret = fc.string({ unit: fc.constantFrom(..."abcXYZ019-+/=:.%| `*_<".split("")), minLength: 6, maxLength: 24 });
  await fc.assert(
    fc.asyncProperty(secret, async (password) => {
      const masker = createMasker();
      const forms = [
        password,
        Buffer.from(password).toString("base64"),
        Buffer.from(`\0sales@own.test\0${password}`).toString("base64"),
        encodeURIComponent(password),
        JSON.stringify(password),
      ];
      const world = evidenceWorld(
        (ctx, probe) => {
          const bad = lockedFrom(
            3,
            5,
            forms.map((form) => `S: you said ${form}!`),
          )(ctx, probe);
          const data = { reason: `“${password}”`, user: `<${password}>` };
          return { findings: bad.findings.map((finding) => ({ ...finding, data: { ...finding.data, ...data } })) };
        },
        () => [
          {
            ...locked,
            about: { account: `<${password}>` },
            evidence: [{ kind: "compared", code: "others-get-in", data: { list: `<${password}>` } }],
          },
        ],
      );
      await rounds(world, 6);
      masker.learn(password, "sales@own.test");
      const text = pack(world, { mask: masker.mask });
      for (const form of forms) expect(text).not.toContain(`you said ${form}!`);
      expect(text.split("you said [secret]").length, text).toBeGreaterThanOrEqual(forms.length);
      expect(text.replaceAll("\\", "")).not.toContain(`<${password}>`);
    }),
    { numRuns: 20 },
  );
}, 60_000);
