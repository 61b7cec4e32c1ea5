import type { ClaimedDelivery, DeliveryState, Outbox, Settlement } from "../../src/model/outbox.ts";
import { priorities } from "../../src/model/incident.ts";
import type { NewDelivery } from "../../src/model/state.ts";

interface Row {
  readonly delivery: NewDelivery;
  readonly order: number;
  state: DeliveryState;
  attempts: number;
  notBefore: number;
  leaseUntil: number;
  maybeRepeat: boolean;
  reference: string | undefined;
  error: string | undefined;
}

export interface MemoryOutbox extends Outbox {
  row(id: string): Readonly<Omit<Row, "delivery" | "order">> | undefined;
  rows(): readonly Readonly<Row>[];
  readonly settlements: readonly Settlement[];
  /** While true every call throws, as a full disk does. */
  broken: boolean;
}

/** The outbox's contract without a disk, for tests of what works with it. */
export function createMemoryOutbox(...first: readonly NewDelivery[]): MemoryOutbox {
  const rows: Row[] = [];
  const settlements: Settlement[] = [];
  const health = new Map<string, Parameters<Outbox["saveChannel"]>[1]>();
  const unfinished = (row: Row): boolean => row.state === "pending" || row.state === "sending";
  const turnOf = ({ delivery }: Row): string => delivery.key.slice(0, -delivery.channel.length);
  const rank = (row: Row): number => priorities.indexOf(row.delivery.priority);
  const check = (): void => {
    if (outbox.broken) throw new Error("The outbox cannot be written: disk full");
  };

  const outbox: MemoryOutbox = {
    broken: false,
    settlements,
    row: (id) => rows.find(({ delivery }) => delivery.id === id),
    rows: () => rows,
    add: (deliveries) => {
      check();
      for (const delivery of deliveries) {
        if (rows.some((row) => row.delivery.key === delivery.key)) continue;
        const { notBefore } = delivery;
        const blank = { attempts: 0, leaseUntil: 0, maybeRepeat: false, reference: undefined, error: undefined };
        rows.push({ delivery, order: rows.length, state: "pending", notBefore, ...blank });
      }
    },
    recover: () => {
      check();
      const cut = rows.filter((row) => row.state === "sending");
      for (const row of cut) Object.assign(row, { state: "pending", maybeRepeat: true });
      return cut.length;
    },
    claim: (now, limit, leaseMs, except) => {
      check();
      const heads = rows.filter(
        (row) =>
          unfinished(row) &&
          !rows.some(
            (other) =>
              unfinished(other) &&
              other.order < row.order &&
              other.delivery.alert.about === row.delivery.alert.about &&
              other.delivery.channel === row.delivery.channel,
          ),
      );
      return heads
        .filter((row) => row.state === "pending" && row.notBefore <= now && !except.includes(row.delivery.channel))
        .toSorted((a, b) => rank(a) - rank(b) || a.order - b.order)
        .slice(0, limit)
        .map((row): ClaimedDelivery => {
          row.state = "sending";
          row.attempts += 1;
          row.leaseUntil = now + leaseMs;
          return { ...row.delivery, attempts: row.attempts, maybeRepeat: row.maybeRepeat };
        });
    },
    settle: (settlement) => {
      check();
      settlements.push(settlement);
      const row = rows.find(({ delivery }) => delivery.id === settlement.id);
      if (row === undefined) throw new Error(`No delivery ${settlement.id}`);
      row.state = settlement.state;
      row.notBefore = settlement.notBefore ?? row.notBefore;
      row.maybeRepeat ||= settlement.maybeRepeat ?? false;
      row.reference = settlement.reference;
      row.error = settlement.error;
    },
    release: (channel, now) => {
      check();
      for (const row of rows.filter((each) => unfinished(each) && each.delivery.channel === channel)) {
        row.notBefore = Math.min(row.notBefore, now);
      }
    },
    waiting: () => {
      check();
      const byChannel = Map.groupBy(rows.filter(unfinished), ({ delivery }) => delivery.channel);
      return [...byChannel].map(([channel, some]) => ({ channel, count: some.length, since: some[0]?.delivery.alert.at ?? 0 }));
    },
    nextDueAt: () => {
      const due = rows.filter(unfinished).map((row) => row.notBefore);
      return due.length === 0 ? undefined : Math.min(...due);
    },
    oldestPendingAt: () => rows.find(unfinished)?.delivery.alert.at,
    toldChannels: (incident) => [
      ...new Set(
        rows
          .filter(({ delivery, state }) => delivery.incident === incident && state !== "dead" && state !== "obsolete")
          .filter(({ delivery }) => delivery.turn !== "resolved" && delivery.turn !== "acknowledged")
          .map(({ delivery }) => delivery.channel),
      ),
    ],
    untaken: (now) => {
      check();
      const urgent = rows.filter(
        ({ delivery }) =>
          delivery.priority === "P1" && (delivery.turn === "opened" || delivery.turn === "worsened") && delivery.expiresAt > now,
      );
      const turns = Map.groupBy(urgent, turnOf);
      return [...turns.values()].flatMap((turn) => {
        const [one] = turn;
        const over = rows.some(({ delivery }) => delivery.incident === one?.delivery.incident && delivery.turn === "resolved");
        if (one === undefined || over || turn.some(({ state }) => ["sent", "accepted", "obsolete"].includes(state))) return [];
        return [{ delivery: one.delivery, channels: turn.map(({ delivery }) => delivery.channel) }];
      });
    },
    about: (about) =>
      rows
        .filter(({ delivery }) => delivery.alert.about === about)
        .map(({ delivery: { key, alert }, state, maybeRepeat, error }) => ({ key, alert, state, maybeRepeat, error })),
    saveChannel: (name, state) => {
      check();
      health.set(name, state);
    },
    channels: () => [...health].map(([name, state]) => ({ name, ...state })),
  };
  outbox.add(first);
  return outbox;
}
