import type { Alert } from "../model/alert.ts";
import type { AnyChannel, ChannelContext } from "../model/channel.ts";
import { inLanguage, say, type Language, type Text } from "../model/text.ts";
import { emergencyWords } from "../i18n/emergency.ts";
import { createMessageId } from "./message-id.ts";

export interface EmergencyOptions {
  readonly channels: ReadonlyMap<string, { readonly type: AnyChannel; readonly options: unknown }>;
  readonly context: Omit<ChannelContext, "signal" | "maybeRepeat" | "now">;
  readonly now: () => number;
  readonly language: () => Language;
  readonly demonstration: boolean;
  readonly onError: (channel: string, reason: string) => void;
}

export interface Emergency {
  /** The store cannot write; `reason` is its own word. Told once until it has written again for a while. */
  storeFailed(reason: Text): void;
  storeWorks(): void;
  readonly reason: () => Text | undefined;
}

/** So long nothing may fail before it is said to work again: a disk at the brim fails and works by turns. */
const calmMs = 60_000;

const sendMs = 15_000;

/**
 * Without a store there is no outbox: what has to be said then (the disk is full) goes out from memory, once, on every channel.
 */
export function createEmergency(options: EmergencyOptions): Emergency {
  let failing: Text | undefined;
  let lastFailure = 0;

  function tell(turn: "opened" | "resolved", reason: Text): void {
    const language = options.language();
    const words = turn === "opened" ? emergencyWords.storeFailed : emergencyWords.storeWorks;
    const alert: Alert = {
      id: createMessageId(options.now()),
      about: "store",
      incident: 0,
      turn,
      priority: "P2",
      at: options.now(),
      language,
      title: say(words.title, language),
      lines: [say(words.line, language, { reason: inLanguage(reason, language) })],
      url: "",
      demonstration: options.demonstration,
      probes: [],
    };
    for (const [name, { type, options: own }] of options.channels) {
      const signal = AbortSignal.timeout(sendMs);
      type.send(alert, own, { ...options.context, now: options.now, maybeRepeat: false, signal }).then(
        (result) => {
          if (result.kind !== "ok" && result.kind !== "accepted") options.onError(name, result.reason);
          return undefined;
        },
        (error: unknown) => options.onError(name, error instanceof Error ? error.message : String(error)),
      );
    }
  }

  return {
    storeFailed(reason) {
      if (failing === undefined) tell("opened", reason);
      failing = reason;
      lastFailure = options.now();
    },
    storeWorks() {
      if (failing === undefined || options.now() - lastFailure < calmMs) return;
      tell("resolved", failing);
      failing = undefined;
    },
    reason: () => failing,
  };
}
