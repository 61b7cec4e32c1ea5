import type { AnyChannel } from "../model/channel.ts";
import type { ChannelConfig } from "../model/config.ts";
import { isHookName } from "../model/sop.ts";
import { SecretError, type Mask } from "../model/secret.ts";
import { describe } from "./run-probe.ts";

/** The configured channels, by name. A reload changes it in place: whoever holds `entries` sees the new ones. */
export interface ChannelSet {
  readonly entries: ReadonlyMap<string, { readonly type: AnyChannel; readonly options: unknown }>;
  /** Those that people are told by: without what only a step of an SOP sends to. */
  readonly forPeople: ReadonlyMap<string, { readonly type: AnyChannel; readonly options: unknown }>;
  /** Channels whose options can send nothing, with the reason: known before anything has to be sent. */
  readonly unfit: ReadonlyMap<string, string>;
  replace(configured: readonly ChannelConfig[]): void;
  /** Looks for the unfit ones anew. */
  verify(): Promise<void>;
}

export function createChannelSet(types: ReadonlyMap<string, AnyChannel>, mask: Mask): ChannelSet {
  const entries = new Map<string, { type: AnyChannel; options: unknown }>();
  const forPeople = new Map<string, { type: AnyChannel; options: unknown }>();
  const unfit = new Map<string, string>();
  return {
    entries,
    forPeople,
    unfit,
    replace(configured) {
      entries.clear();
      forPeople.clear();
      for (const { name, type, options } of configured) {
        const known = types.get(type);
        if (!known) continue;
        entries.set(name, { type: known, options });
        if (!isHookName(name)) forPeople.set(name, { type: known, options });
      }
    },
    async verify() {
      const found = await Promise.all(
        [...entries].map(async ([name, { type, options }]) => [name, await whyUnfit(type, options)] as const),
      );
      unfit.clear();
      for (const [name, reason] of found) if (reason !== undefined) unfit.set(name, mask(reason));
    },
  };
}

/** A secret that cannot be read is a reason too. */
async function whyUnfit(type: AnyChannel, options: unknown): Promise<string | undefined> {
  try {
    return await type.verify?.(options);
  } catch (error) {
    return error instanceof SecretError ? error.message : describe(error);
  }
}
