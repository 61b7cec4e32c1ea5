import { type Account, nothing, type Span } from "../../src/model/account.ts";
import type { StatusPageSettings, StatusPast } from "../../src/model/status-page.ts";
import { daysOf } from "../../src/model/days.ts";
import { createStatusSource, type StatusWorld } from "../../src/report/status-page.ts";
import type { FakeBoard } from "./fake-board.ts";

export const plainPage: StatusPageSettings = { public: true, title: undefined, components: [] };

/** A past in which every probe was up all the time, but for what `over` says of the days counted back from today. */
export const pastOf = (over: Readonly<Record<number, Partial<Account>>> = {}): StatusPast => ({
  days: (probes, window, timezone) => {
    const days = daysOf(window, timezone);
    const account = (day: Span, back: number): Account & Span => {
      const said = over[back];
      return { ...day, ...nothing, up: said === undefined ? day.to - day.from : 0, ...said };
    };
    return new Map(probes.map((probe) => [probe, days.map((day, i) => account(day, days.length - i))]));
  },
  incidents: () => [],
});

export const statusOf = (board: FakeBoard, now: () => number, over: Partial<StatusWorld> = {}) =>
  createStatusSource({
    board,
    past: { ...pastOf(), incidents: () => board.incidents() },
    settings: () => plainPage,
    url: () => "https://mail.example.org",
    now,
    ...over,
  });
