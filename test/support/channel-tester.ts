import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Alert } from "../../src/model/alert.ts";
import type { AnyChannel, ChannelContext, DeliveryResult } from "../../src/model/channel.ts";
import type { Secret } from "../../src/model/secret.ts";
import { makeAlert } from "./alerts.ts";
import type { Receiver, Reply } from "./receiver.ts";
import { closedPort, startReceiver } from "./receiver.ts";
import type { Zone } from "./zone.ts";
import { createZone } from "./zone.ts";

export const testSecret = (value: string, source = "env TEST_SECRET"): Secret => ({
  source,
  reveal: () => Promise.resolve(value),
  toJSON: () => "[secret]",
});

export interface ContextOptions {
  readonly signal?: AbortSignal;
  readonly maybeRepeat?: boolean;
  readonly zone?: Zone;
  readonly authorities?: readonly string[];
  readonly now?: () => number;
}

function channelContext(some: ContextOptions = {}): ChannelContext {
  const { ask, resolve } = createZone(some.zone ?? {});
  return {
    signal: some.signal ?? AbortSignal.timeout(15_000),
    now: some.now ?? (() => 1_750_000_000_000),
    dial: () => Promise.reject(new Error("This channel opens its own connections")),
    ask,
    resolve,
    authorities: some.authorities ?? [],
    maybeRepeat: some.maybeRepeat ?? false,
  };
}

/** Sends one alert with options as the configuration would give them. */
export const sendBy = (
  channel: AnyChannel,
  options: unknown,
  alert: Alert,
  context: ContextOptions = {},
): Promise<DeliveryResult> => channel.send(alert, channel.options.parse(options), channelContext(context));

export interface HttpChannelTest {
  /** What a person configures for a receiver at this origin. */
  readonly options: (origin: string) => unknown;
  /** The documented positive answer, and what it is reported as. */
  readonly positive: { readonly reply: Exclude<Reply, string>; readonly kind: "ok" | "accepted" };
  /** 2xx answers without the documented positive field. A channel that counts any 2xx leaves it empty. */
  readonly negative?: readonly {
    readonly name: string;
    readonly reply: Exclude<Reply, string>;
    readonly kind: DeliveryResult["kind"];
  }[];
  /** Where the far side's documentation says otherwise than the common table. */
  readonly statuses?: Readonly<Record<number, DeliveryResult["kind"]>>;
  /** Texts that no result and no error may hold. */
  readonly secrets: readonly string[];
  /** Of one request body. */
  readonly maxBytes: number;
}

const common: Readonly<Record<number, DeliveryResult["kind"]>> = {
  301: "bad-channel",
  302: "bad-channel",
  307: "bad-channel",
  308: "bad-channel",
  400: "bad-message",
  401: "bad-channel",
  403: "bad-channel",
  404: "bad-channel",
  405: "bad-channel",
  408: "retry",
  410: "bad-channel",
  413: "bad-message",
  422: "bad-message",
  429: "throttled",
  500: "retry",
  502: "retry",
  503: "retry",
  504: "retry",
};

/** A receiver for the tests of one `describe`, which answers as it was told last. */
export function withReceiver(first: Reply) {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver();
    receiver.replyWith(first);
  });
  afterAll(() => receiver[Symbol.asyncDispose]());
  return {
    origin: () => receiver.origin,
    replyWith: (reply: Reply) => receiver.replyWith(reply),
    count: () => receiver.received.length,
    last: () => receiver.received.at(-1)!,
  };
}

/** The object that was posted last. */
export const lastJson = (receiver: ReturnType<typeof withReceiver>): unknown => JSON.parse(receiver.last().body.toString());

/** Puts a channel that speaks HTTP through the common table of answers, against a real server on loopback. */
export function testChannel(channel: AnyChannel, test: HttpChannelTest): void {
  let receiver: Receiver;
  beforeAll(async () => {
    receiver = await startReceiver();
  });
  afterAll(async () => {
    await receiver[Symbol.asyncDispose]();
  });

  /** Nothing that comes out of a channel holds a secret, be it returned or thrown. */
  async function sendWith(reply: Reply, some: ContextOptions & { alert?: Alert; origin?: string } = {}): Promise<DeliveryResult> {
    receiver.replyWith(reply);
    let outcome: unknown;
    try {
      const result = await sendBy(channel, test.options(some.origin ?? receiver.origin), some.alert ?? makeAlert(), some);
      outcome = result;
      return result;
    } catch (error) {
      outcome = error instanceof Error ? [error.message, error.stack, error.cause] : error;
      throw error;
    } finally {
      const told = JSON.stringify(outcome) + String(outcome);
      for (const secret of test.secrets) expect(told).not.toContain(secret);
    }
  }

  describe(`channel ${channel.id}`, () => {
    it("sends one request and takes the documented positive answer for what it is", async () => {
      const before = receiver.received.length;
      expect(await sendWith(test.positive.reply)).toMatchObject({ kind: test.positive.kind });
      expect(receiver.received.length).toBe(before + 1);
    });

    it.each(test.negative ?? [])("never takes $name for success", async ({ reply, kind }) => {
      expect(await sendWith(reply)).toMatchObject({ kind });
    });

    it.each(Object.entries({ ...common, ...test.statuses }))("takes HTTP %s for %s", async (status, kind) => {
      const before = receiver.received.length;
      const headers = { location: `${receiver.origin}/elsewhere/${test.secrets[0] ?? ""}` };
      const body = `{"error":"${test.secrets.join(" ")}"}`;
      expect(await sendWith({ status: Number(status), headers, body })).toMatchObject({ kind });
      // A redirect is never followed.
      expect(receiver.received.length).toBe(before + 1);
    });

    it.each([
      ["429 with seconds", 429, "120", 120_000],
      ["429 with a date", 429, "Sun, 15 Jun 2025 15:08:10 GMT", 90_000],
      ["429 without a hint", 429, undefined, 60_000],
      ["429 with nonsense", 429, "soon", 60_000],
      ["503 with seconds", 503, "30", 30_000],
      ["504 with seconds", 504, "7", 7_000],
    ] as const)("honours %s", async (_, status, hint, retryAfterMs) => {
      const result = await sendWith({ status, headers: hint === undefined ? {} : { "retry-after": hint } });
      expect(result).toMatchObject({ kind: "throttled", retryAfterMs });
    });

    it("tries again after a reset, in doubt", async () => {
      expect(await sendWith("reset")).toMatchObject({ kind: "retry", doubt: "no-answer" });
    });

    it("tries again after an answer that is no HTTP", async () => {
      expect(await sendWith("garbage")).toMatchObject({ kind: "retry" });
    });

    it("tries again where nobody listens, without doubt", async () => {
      const result = await sendWith({ status: 204 }, { origin: `http://127.0.0.1:${await closedPort()}` });
      expect(result).toMatchObject({ kind: "retry" });
      expect(result).not.toHaveProperty("doubt");
    });

    it("ends with its signal when no answer comes, in doubt", async () => {
      const started = performance.now();
      const result = await sendWith("hang", { signal: AbortSignal.timeout(300) });
      expect(result).toMatchObject({ kind: "retry", doubt: "no-answer" });
      expect(performance.now() - started).toBeLessThan(2_000);
    });

    it("ends with its signal when an answer stalls", async () => {
      const started = performance.now();
      expect(["ok", "accepted", "retry"]).toContain((await sendWith("stall", { signal: AbortSignal.timeout(300) })).kind);
      expect(performance.now() - started).toBeLessThan(2_000);
    });

    it("sends nothing when its signal has ended already", async () => {
      const before = receiver.received.length;
      expect(await sendWith({ status: 204 }, { signal: AbortSignal.abort(new Error("stopping")) })).toMatchObject({
        kind: "retry",
      });
      expect(receiver.received.length).toBe(before);
    });

    it("reads no more than 64 KiB of an answer", async () => {
      const before = receiver.written();
      const started = performance.now();
      await sendWith("endless", { signal: AbortSignal.timeout(5_000) });
      expect(performance.now() - started).toBeLessThan(2_000);
      // What the kernel holds on both sides comes on top.
      expect(receiver.written() - before).toBeLessThan(16 * 1024 * 1024);
    });

    it("keeps an oversized alert below its limit, cut between characters", async () => {
      const long = "邮箱已满😀".repeat(4_000);
      const probe = makeAlert().probes[0];
      const alert = makeAlert({
        title: long,
        lines: Array.from({ length: 100 }, () => long),
        probes: Array.from({ length: 50 }, () => ({ ...probe!, target: long })),
      });
      await sendWith(test.positive.reply, { alert });
      const body = receiver.received.at(-1)?.body ?? Buffer.alloc(0);
      expect(body.length).toBeGreaterThan(100);
      expect(body.length).toBeLessThanOrEqual(test.maxBytes);
      const text = new TextDecoder("utf-8", { fatal: true }).decode(body);
      expect(text.isWellFormed() && !/\\ud[89ab]/i.test(text)).toBe(true);
      expect(text).toContain("邮箱已满");
    });
  });
}
