import type { Alert } from "../../src/model/alert.ts";
import type { Priority, Turn } from "../../src/model/incident.ts";
import type { NewDelivery } from "../../src/model/state.ts";

/** An alert as the engine renders it. */
export const makeAlert = (some: Partial<Alert> = {}): Alert => ({
  id: "msg_01HZX3T5QK7Y8V9W0ABCDEFGHJ",
  about: `M-${some.incident ?? 1042}`,
  incident: 1042,
  turn: "opened",
  priority: "P2",
  at: 1_750_000_000_000,
  language: "zh-CN",
  title: "【故障 P2】sales@example.com 收不到邮件",
  lines: ["原因：邮箱已满（5.0 / 5.0 GB）", "先做：删除或归档大附件", "确认：https://watch.example.com/#M-1042"],
  url: "https://watch.example.com/#M-1042",
  demonstration: false,
  probes: [
    {
      probe: "sales@example.com/imap-login",
      asset: "sales@example.com",
      check: "imap-login",
      target: "imap.example.com:993",
      status: "critical",
      findings: [
        {
          code: "mailbox-full",
          severity: "critical",
          data: { percent: 100 },
          text: "邮箱已满",
          advice: "请删除大附件",
        },
      ],
    },
  ],
  ...some,
});

let made = 0;

/** A row of the outbox: `turnCount` and channel make its key. */
export function makeDelivery(
  some: {
    channel?: string;
    incident?: number;
    turn?: Turn;
    turnCount?: number;
    priority?: Priority;
    at?: number;
    expiresAt?: number;
  } = {},
): NewDelivery {
  const { channel = "ops", incident = 1042, turn = "opened", turnCount = 1, priority = "P2" } = some;
  const at = some.at ?? 1_750_000_000_000;
  const id = `msg_${String(++made).padStart(26, "0")}`;
  return {
    id,
    key: `${incident}:${turnCount}:${channel}`,
    channel,
    incident,
    turn,
    priority,
    notBefore: at,
    expiresAt: some.expiresAt ?? at + 24 * 3_600_000,
    alert: makeAlert({ id, incident, turn, priority, at }),
  };
}
